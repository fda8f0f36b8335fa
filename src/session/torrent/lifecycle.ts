/**
 * The life of a torrent as pure decisions: what to do next, and what to call the present state. The torrent asks
 * again after every step and every change, so pausing, resuming, failing and removing need no case of their own:
 * they change what is wanted, and the steps follow.
 *
 *   at rest ──start──► meeting peers ──metadata──► open ──► check ──► prepare ──► serve ──► transferring
 *      ▲                                                                                        │
 *      └─────────────────── halt ◄── wanted: rest (paused, queued, failed, goal met, verify) ───────────┘
 *
 * `halt` saves and closes the disk; coming back goes through `check` again, which costs one look at the files when
 * nothing has changed. Data is moved at rest. `verify` is a check with the swarm at rest, whatever else is wanted.
 */
import type { TorrentPhase } from "../session-view.ts";

export type Step = "move" | "start" | "open" | "check" | "prepare" | "serve" | "halt" | "none";

export interface LifecycleState {
  /** The user wants it to rest, or the session ends. */
  readonly isPaused: boolean;
  /** It cannot go on: needs the user, or space. */
  readonly isFailed: boolean;
  /** It waits for its turn. */
  readonly isQueued: boolean;
  /** Its seeding goal is met. */
  readonly isGoalMet: boolean;
  /** Its data is to lie in another folder. */
  readonly isMoving: boolean;
  /** The user wants everything on disk to be hashed again. */
  readonly isVerifying: boolean;
  /** Every wanted piece is here. */
  readonly isComplete: boolean;
  readonly hasMetadata: boolean;
  /** The swarm is started. */
  readonly isStarted: boolean;
  readonly isOpen: boolean;
  readonly isChecked: boolean;
  readonly isPrepared: boolean;
  /** The swarm knows the content: data flows. */
  readonly isServing: boolean;
}

export function nextStep(state: LifecycleState): Step {
  if (state.isFailed) return restStep(state);
  if (state.isMoving) return isAtRest(state) ? "move" : "halt";
  if (state.isVerifying) return verifyStep(state);
  if (state.isPaused || state.isGoalMet || state.isQueued) return restStep(state);
  if (!state.isStarted) return "start";
  if (!state.hasMetadata) return "none";
  return contentStep(state);
}

/** What a user reads. A goal that is met shows as `finished` only when everything is saved and closed. */
export function phaseOf(state: LifecycleState): TorrentPhase {
  if (state.isFailed) return "failed";
  if (state.isMoving) return "moving";
  if (state.isVerifying) return "checking";
  if (state.isPaused) return "paused";
  if (state.isGoalMet) return isAtRest(state) ? "finished" : "seeding";
  if (state.isQueued) return "queued";
  if (!state.hasMetadata) return "resolving";
  if (!state.isServing) return "checking";
  return state.isComplete ? "seeding" : "downloading";
}

function restStep(state: LifecycleState): Step {
  return isAtRest(state) ? "none" : "halt";
}

function isAtRest(state: LifecycleState): boolean {
  return !state.isStarted && !state.isOpen;
}

function verifyStep(state: LifecycleState): Step {
  if (state.isStarted) return "halt";
  return state.isOpen ? "check" : "open";
}

function contentStep(state: LifecycleState): Step {
  if (!state.isOpen) return "open";
  if (!state.isChecked) return "check";
  if (!state.isPrepared) return "prepare";
  return state.isServing ? "none" : "serve";
}
