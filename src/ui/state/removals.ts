/**
 * Removing with a way back: the torrents leave the screen at once, and the session is told when the time for a change
 * of mind is over, or when the dashboard ends. Until then nothing is lost, not even an announce.
 */
import type { SessionSnapshot } from "../../session/session-view.ts";
import { noticed, stay } from "./transitions.ts";
import type { Effect, Removal, Transition, UiState, World } from "./ui-state.ts";

/** Time for a change of mind. */
export const UNDO_MS = 10_000;

export function removeLater(state: UiState, ids: readonly string[], world: World): Transition {
  const removals = [...state.removals, { ids, atMs: world.nowMs + UNDO_MS }];
  const marked = new Set([...state.marked].filter((id) => !ids.includes(id)));
  const what =
    ids.length === 1 ? "Removed; its files are still there." : `Removed ${ids.length}; files are kept.`;
  const said = noticed({ ...state, removals, marked }, world, `${what} u brings it back.`, "ok");
  const notice = said.state.notice && { ...said.state.notice, untilMs: world.nowMs + UNDO_MS };
  return { ...said, state: { ...said.state, notice } };
}

/** Brings back what was removed last. */
export function restore(state: UiState, world: World): Transition {
  const last = state.removals.at(-1);
  if (last === undefined) return noticed(state, world, "Nothing to bring back.", "plain");
  const removals = state.removals.slice(0, -1);
  const awaitedId = last.ids[0] ?? null;
  return noticed({ ...state, removals, awaitedId }, world, "Back again; nothing had been stopped.", "ok");
}

/** Tells the session what can no longer be brought back. */
export function removeDue(state: UiState, nowMs: number): Transition {
  const due = state.removals.filter(({ atMs }) => atMs <= nowMs);
  if (due.length === 0) return stay(state);
  const removals = state.removals.filter(({ atMs }) => atMs > nowMs);
  return { state: { ...state, removals }, effects: due.map(effectOf) };
}

export function effectOf({ ids }: Removal): Effect & { readonly kind: "remove" } {
  return { kind: "remove", ids, deleteData: false };
}

/** What the screens show: nothing that is being removed. The same object when nothing is. */
export function withoutRemoved(snapshot: SessionSnapshot, removals: readonly Removal[]): SessionSnapshot {
  if (removals.length === 0) return snapshot;
  const removed = new Set(removals.flatMap(({ ids }) => ids));
  const torrents = snapshot.torrents.filter(({ id }) => !removed.has(id));
  return torrents.length === snapshot.torrents.length ? snapshot : { ...snapshot, torrents };
}
