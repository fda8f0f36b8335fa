/** The dashboard on a fake session, a fake terminal and manual time. */
import type { SessionSnapshot } from "../../../src/session/session-view.ts";
import { type Dashboard, type DashboardOptions, mountDashboard } from "../../../src/ui/index.ts";
import { FakeSessionView } from "./fake-session-view.ts";
import { FakeTerminal } from "./fake-terminal.ts";
import { ManualClock } from "./manual-clock.ts";
import { anEmptySession, SCENE_UNIX_MS } from "./snapshots.ts";

export interface MountOptions extends Partial<Omit<DashboardOptions, "view" | "clock" | "terminal">> {
  readonly snapshot?: SessionSnapshot;
  readonly columns?: number;
  readonly rows?: number;
  readonly terminal?: FakeTerminal;
}

export interface Mounted {
  readonly view: FakeSessionView;
  readonly terminal: FakeTerminal;
  readonly clock: ManualClock;
  readonly dashboard: Dashboard;
  /** Types each key apart, as a person does. */
  press(...keys: readonly string[]): void;
  /** Lets promises of commands settle and their outcome be painted. */
  settle(): Promise<void>;
}

/** Bytes that terminals send for named keys. */
const KEY_BYTES: Readonly<Record<string, string>> = {
  enter: "\r",
  esc: "\x1b",
  tab: "\t",
  "shift+tab": "\x1b[Z",
  space: " ",
  up: "\x1b[A",
  down: "\x1b[B",
  right: "\x1b[C",
  left: "\x1b[D",
  pagedown: "\x1b[6~",
  pageup: "\x1b[5~",
  end: "\x1b[F",
  home: "\x1b[H",
  backspace: "\x7f",
  "ctrl+c": "\x03",
  "ctrl+l": "\x0c",
  "ctrl+u": "\x15",
  "ctrl+z": "\x1a",
};

export function mount(options: MountOptions = {}): Mounted {
  const { snapshot = anEmptySession(), columns = 80, rows = 24 } = options;
  const view = new FakeSessionView(snapshot);
  const terminal = options.terminal ?? new FakeTerminal(columns, rows);
  const clock = new ManualClock();
  const startMs = clock.nowMs();
  const dashboard = mountDashboard({
    abilities: { colour: "basic", charset: "unicode", synchronized: "off", escapeTimeoutMs: 25 },
    readTorrentFile: async () => new Uint8Array(),
    unixMs: () => SCENE_UNIX_MS + clock.nowMs() - startMs,
    formatTime: utcTime,
    ...options,
    view,
    terminal,
    clock,
  });
  const press = (...keys: readonly string[]): void => {
    for (const key of keys) {
      terminal.type(KEY_BYTES[key] ?? key);
      clock.advance(50);
    }
  };
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    clock.advance(50);
  };
  return { view, terminal, clock, dashboard, press, settle };
}

function utcTime(unixMs: number, withSeconds: boolean): string {
  return new Date(unixMs).toISOString().slice(11, withSeconds ? 19 : 16);
}
