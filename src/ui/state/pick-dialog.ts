/** Choosing the files of a torrent before it starts. Nothing is fetched until enter; escape keeps nothing. */
import type { FileSnapshot } from "../../session/session-view.ts";
import type { KeyInput } from "../terminal/input-events.ts";
import { treeLines } from "./file-tree.ts";
import { stay, withEffect } from "./transitions.ts";
import { changedPriorities, NORMAL_PRIORITY, turnFold } from "./tree-keys.ts";
import { findTorrent, type PickDialog, type Transition, type UiState, type World } from "./ui-state.ts";

const STEPS: Readonly<Record<string, number>> = {
  up: -1,
  k: -1,
  down: 1,
  j: 1,
  pageup: -10,
  pagedown: 10,
  home: Number.NEGATIVE_INFINITY,
  end: Number.POSITIVE_INFINITY,
};

const CHANGES: Readonly<Record<string, "toggle-file" | "raise-priority" | "lower-priority">> = {
  space: "toggle-file",
  "+": "raise-priority",
  "=": "raise-priority",
  "-": "lower-priority",
};

export function updatePick(state: UiState, dialog: PickDialog, input: KeyInput, world: World): Transition {
  const files = findTorrent(world.snapshot, dialog.id)?.files ?? [];
  const change = (changes: Partial<PickDialog>): Transition =>
    stay({ ...state, dialog: { ...dialog, ...changes } });
  switch (input.key) {
    case "esc":
      return cancel(state, dialog);
    case "enter":
      return start(state, dialog, files);
    case "left":
      return change(turnFold(files, dialog, "fold"));
    case "right":
      return change(turnFold(files, dialog, "unfold"));
    case "a":
      return change({ priorities: files.map(() => NORMAL_PRIORITY) });
    case "n":
      return change({ priorities: files.map(() => 0) });
  }
  const step = STEPS[input.key];
  if (step !== undefined) {
    const last = treeLines(files, dialog.folded).length - 1;
    return change({ cursor: Math.max(0, Math.min(dialog.cursor + step, last)) });
  }
  const action = CHANGES[input.key];
  if (action === undefined || files.length === 0) return stay(state);
  return change({ priorities: changedPriorities(files, chosenPriorities(dialog, files), dialog, action) });
}

/** Has the session look who has what, once there is something to choose from. */
export function observeChoice(state: UiState, { snapshot }: World): Transition {
  const { dialog } = state;
  if (dialog?.kind !== "pick" || dialog.wasKnown || dialog.isObserving) return stay(state);
  const fileCount = findTorrent(snapshot, dialog.id)?.files.length ?? 0;
  if (fileCount === 0) return stay(state);
  const observing: UiState = { ...state, dialog: { ...dialog, isObserving: true } };
  return withEffect(observing, { kind: "observe", id: dialog.id, fileCount });
}

/** What is chosen so far; everything until the user says otherwise. */
export function chosenPriorities(
  { priorities, wasKnown }: Pick<PickDialog, "priorities" | "wasKnown">,
  files: readonly FileSnapshot[],
): readonly number[] {
  return priorities ?? files.map(({ priority }) => (wasKnown ? priority : NORMAL_PRIORITY));
}

/** Starting before the list is there fetches everything. */
function start(state: UiState, dialog: PickDialog, files: readonly FileSnapshot[]): Transition {
  const closed: UiState = { ...state, dialog: null };
  const chosen = chosenPriorities(dialog, files);
  if (files.length > 0 && chosen.every((priority) => priority === 0)) return stay(state);
  const priorities = dialog.isObserving ? chosen : dialog.priorities;
  return withEffect(closed, { kind: "start-chosen", id: dialog.id, priorities });
}

function cancel(state: UiState, dialog: PickDialog): Transition {
  const closed: UiState = { ...state, dialog: null };
  if (dialog.wasKnown) return stay(closed);
  return withEffect(closed, { kind: "remove", ids: [dialog.id], deleteData: false });
}
