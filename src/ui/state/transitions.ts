/** The few shapes in which a transition is answered. */
import type { Effect, Notice, Transition, UiState, World } from "./ui-state.ts";

/** A notice is read in this time; problems stay longer. */
const NOTICE_MS = 6000;
const PROBLEM_NOTICE_MS = 15_000;

/** A new state and nothing to do. */
export function stay(state: UiState): Transition {
  return { state, effects: [] };
}

export function withEffect(state: UiState, effect: Effect): Transition {
  return { state, effects: [effect] };
}

/** The state with a sentence on the notice line for some seconds. */
export function noticed(state: UiState, world: World, text: string, tone: Notice["tone"]): Transition {
  const lastsMs = tone === "broken" ? PROBLEM_NOTICE_MS : NOTICE_MS;
  return stay({ ...state, notice: { text, tone, untilMs: world.nowMs + lastsMs } });
}
