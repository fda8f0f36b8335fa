/**
 * The dashboard's transition function: state and event give a new state and what has to be done. Pure, so that every
 * path through the screens is a test without a terminal.
 */
import type { InputEvent, KeyInput } from "../terminal/input-events.ts";
import { updateCommandLine } from "./command-line.ts";
import { pasteIntoDialog, updateDialog } from "./dialogs.ts";
import { actionFor } from "./key-map.ts";
import { updateByMouse } from "./mouse.ts";
import { openAddDialog } from "./open-dialogs.ts";
import { perform } from "./perform.ts";
import { observeChoice } from "./pick-dialog.ts";
import { reconcile } from "./reconcile.ts";
import { removeDue } from "./removals.ts";
import { editField, insertText, textField } from "./text-field.ts";
import { findSources } from "./torrent-sources.ts";
import { noticed, stay } from "./transitions.ts";
import {
  contextOf,
  findTorrent,
  type Outcome,
  type PickDialog,
  type Transition,
  type UiState,
  type World,
} from "./ui-state.ts";

/** Keys that work whatever is open. */
const ALWAYS: Readonly<Record<string, "interrupt" | "repaint" | "suspend">> = {
  "ctrl+c": "interrupt",
  "ctrl+l": "repaint",
  "ctrl+z": "suspend",
};

/** The state after the user did `input`. */
export function updateByInput(state: UiState, input: InputEvent, world: World): Transition {
  const transition = dispatch(state, input, world);
  return { ...transition, state: reconcile(transition.state, world) };
}

function dispatch(state: UiState, input: InputEvent, world: World): Transition {
  switch (input.kind) {
    case "key":
      return updateByKey(state, input, world);
    case "paste":
      return updateByPaste(state, input.text, world);
    case "mouse":
      return updateByMouse(state, input, world);
    case "focus":
    case "mode-report":
      return stay(state);
  }
}

function updateByKey(state: UiState, input: KeyInput, world: World): Transition {
  const always = ALWAYS[input.key];
  if (always !== undefined) return perform(state, always, input.key, world);
  if (state.dialog !== null) return updateDialog(state, state.dialog, input, world);
  if (state.command !== null) return updateCommandLine(state, state.command, input, world);
  if (state.search !== null) return updateSearch(state, input, world);
  const action = actionFor(contextOf(state.view), input.key);
  return action === undefined ? stay(state) : perform(state, action, input.key, world);
}

function updateSearch(state: UiState, input: KeyInput, world: World): Transition {
  const search = state.search ?? textField();
  if (input.key === "enter") return stay({ ...state, search: null });
  if (input.key === "esc") return stay({ ...state, search: null, query: "" });
  if (input.key === "up" || input.key === "down") {
    return perform(state, input.key === "up" ? "move-up" : "move-down", input.key, world);
  }
  const edited = editField(search, input);
  if (edited === undefined) return stay(state);
  return stay({ ...state, search: edited, query: edited.value.trim() });
}

function updateByPaste(state: UiState, text: string, world: World): Transition {
  const intoDialog = state.dialog === null ? undefined : pasteIntoDialog(state.dialog, text);
  if (intoDialog !== undefined) return stay({ ...state, dialog: intoDialog });
  if (state.command !== null) {
    const command = { field: insertText(state.command.field, text.trim()), completing: null };
    return stay({ ...state, command });
  }
  if (findSources(text).length > 0) {
    return stay({ ...state, search: null, dialog: openAddDialog(world, text) });
  }
  if (state.search !== null) {
    const search = insertText(state.search, text);
    return stay({ ...state, search, query: search.value.trim() });
  }
  return noticed(
    state,
    world,
    "There is no magnet link, info-hash or .torrent file in what was pasted.",
    "look",
  );
}

/** The state after an effect ended. */
export function updateByOutcome(state: UiState, outcome: Outcome, world: World): Transition {
  const transition = settle(state, outcome, world);
  return { ...transition, state: reconcile(transition.state, world) };
}

function settle(state: UiState, outcome: Outcome, world: World): Transition {
  switch (outcome.kind) {
    case "said":
      return noticed(state, world, outcome.text, outcome.tone);
    case "failed":
      return settleFailure(state, outcome.failure, world);
    case "shared": {
      const { name, magnet } = outcome;
      const dialog = { kind: "magnet", occasion: "shared", name, magnet } as const;
      return stay({ ...listWithCursor(state, outcome.id), dialog });
    }
    case "sent-to-clipboard": {
      const { name, magnet } = outcome;
      return stay({ ...state, dialog: { kind: "magnet", occasion: "copied", name, magnet } });
    }
    case "added":
      return settleAdded(state, outcome, world);
    case "completed-path": {
      const { dialog } = state;
      // Whoever typed on meanwhile is not interrupted.
      if (dialog?.kind !== "share" || dialog.path.value !== outcome.path) return stay(state);
      return stay({ ...state, dialog: { ...dialog, path: textField(outcome.completed) } });
    }
    case "choosing":
      return stay({ ...state, dialog: pickDialog(outcome) });
  }
}

function pickDialog({ id, isNew }: Outcome & { kind: "choosing" }): PickDialog {
  const wasKnown = !isNew;
  return {
    kind: "pick",
    id,
    wasKnown,
    isObserving: false,
    priorities: null,
    cursor: 0,
    top: 0,
    folded: new Set(),
  };
}

/** A dialog that waits for an answer shows the failure itself; else it is a notice. */
function settleFailure(state: UiState, failure: { message: string; hint: string }, world: World): Transition {
  const { dialog } = state;
  if ((dialog?.kind === "add" || dialog?.kind === "share") && dialog.isBusy) {
    return stay({ ...state, dialog: { ...dialog, isBusy: false, failure } });
  }
  return noticed(state, world, `${failure.message} ${failure.hint}`.trim(), "broken");
}

function settleAdded(state: UiState, outcome: Outcome & { kind: "added" }, world: World): Transition {
  const [first] = outcome.ids;
  if (first === undefined && outcome.failure !== null) return settleFailure(state, outcome.failure, world);
  const closed = state.dialog?.kind === "add" && state.dialog.isBusy ? { ...state, dialog: null } : state;
  const listed = first === undefined ? closed : listWithCursor(closed, first);
  if (outcome.failure !== null) return noticed(listed, world, outcome.failure.message, "broken");
  return noticed(listed, world, addedText(outcome, world), "ok");
}

function addedText(outcome: Outcome & { kind: "added" }, world: World): string {
  const isKnown = outcome.known === outcome.ids.length;
  if (outcome.ids.length > 1) {
    return isKnown
      ? "They are all in the list already."
      : `Added ${outcome.ids.length - outcome.known} torrents.`;
  }
  const name = findTorrent(world.snapshot, outcome.ids[0] ?? null)?.name;
  if (isKnown) return `${name ?? "It"} is in the list already.`;
  return name === undefined ? "Added." : `Added ${name}.`;
}

/** The list, everything in it, with the cursor on `id` as soon as it is there. */
function listWithCursor(state: UiState, id: string): UiState {
  return { ...state, view: { kind: "list" }, filter: "all", query: "", search: null, awaitedId: id };
}

/** The state after time has passed: removals that can no longer be taken back are done. */
export function updateByTime(state: UiState, world: World): Transition {
  return removeDue(state, world.nowMs);
}

/** The state after a newer snapshot: what is chosen from is watched as soon as its files are known. */
export function updateBySnapshot(state: UiState, world: World): Transition {
  return observeChoice(state, world);
}

/** The state that fits a newer snapshot or another size. */
export function updateByWorld(state: UiState, world: World): UiState {
  return reconcile(state, world);
}
