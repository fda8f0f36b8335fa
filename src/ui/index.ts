/** The terminal dashboard. `mountDashboard` is all that is needed; the decisions are pure. */
export { type Dashboard, type DashboardOptions, mountDashboard } from "./dashboard.tsx";
export { type LineMode, type LineModeOptions, type LinePort, startLineMode } from "./lines/line-mode.ts";
export type { DashboardHelpers } from "./run-effect.ts";
export type { LeaveReason } from "./state/ui-state.ts";
export {
  type ColourUse,
  decideAbilities,
  type SynchronizedUse,
  type TerminalAbilities,
  type TerminalEnvironment,
} from "./terminal/terminal-abilities.ts";
export type { TerminalListener, TerminalPort, UiClock } from "./terminal/terminal-port.ts";
