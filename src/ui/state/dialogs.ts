/** What keys and pastes do while something is being asked. Escape always closes and keeps nothing. */

import type { KeyInput } from "../terminal/input-events.ts";
import { confirmationWord } from "./confirmation-word.ts";
import { runHelpEntry, searchHelp } from "./help-search.ts";
import { actionFor } from "./key-map.ts";
import { perform } from "./perform.ts";
import { updatePick } from "./pick-dialog.ts";
import { parseRateLimit } from "./rate-limit-text.ts";
import { removeLater } from "./removals.ts";
import { editField, insertText, type TextField } from "./text-field.ts";
import { findSources } from "./torrent-sources.ts";
import { stay, withEffect } from "./transitions.ts";
import {
  ADD_STARTS,
  type AddDialog,
  type Dialog,
  type Effect,
  findTorrent,
  type HelpDialog,
  type LimitsDialog,
  type RemoveDialog,
  type ShareDialog,
  type Transition,
  type UiState,
  type WhyDialog,
  type World,
} from "./ui-state.ts";

/** Lines of evidence that one page key moves. */
const WHY_PAGE_LINES = 10;

export function updateDialog(state: UiState, dialog: Dialog, input: KeyInput, world: World): Transition {
  if (dialog.kind === "pick") return updatePick(state, dialog, input, world);
  if (input.key === "esc") return stay({ ...state, dialog: null });
  switch (dialog.kind) {
    case "add":
      return updateAdd(state, dialog, input);
    case "share":
      return updateShare(state, dialog, input);
    case "remove":
      return updateRemove(state, dialog, input, world);
    case "limits":
      return updateLimits(state, dialog, input);
    case "help":
      return updateHelp(state, dialog, input, world);
    case "why":
      return updateWhy(state, dialog, input, world);
    case "magnet":
      return updateMagnet(state, dialog, input);
    case "quit":
      return updateQuit(state, input);
  }
}

/** `dialog` with `text` put into the field that is being edited; undefined if it has none. */
export function pasteIntoDialog(dialog: Dialog, text: string): Dialog | undefined {
  switch (dialog.kind) {
    case "add":
      if (dialog.focus === "folder") return { ...dialog, folder: insertText(dialog.folder, text.trim()) };
      return { ...dialog, focus: "source", source: insertSource(dialog.source, text), failure: null };
    case "share":
      return { ...dialog, path: insertText(dialog.path, text.trim()), failure: null };
    case "limits":
      return { ...dialog, [dialog.focus]: insertText(dialog[dialog.focus], text.trim()), failure: null };
    case "remove":
      return dialog.deleteData ? dialog : undefined; // typing the word is the point
    case "help":
      return { ...dialog, query: insertText(dialog.query, text.trim()), cursor: 0 };
    case "pick":
    case "why":
    case "magnet":
    case "quit":
      return undefined;
  }
}

/** Several links may be pasted one after the other. */
function insertSource(field: TextField, text: string): TextField {
  const needsSpace = field.cursor > 0 && !field.value.slice(0, field.cursor).endsWith(" ");
  return insertText(field, needsSpace ? ` ${text.trim()}` : text.trim());
}

const ADD_FIELDS = ["source", "folder", "start"] as const;

function updateAdd(state: UiState, dialog: AddDialog, input: KeyInput): Transition {
  if (dialog.isBusy) return stay(state);
  const change = (changes: Partial<AddDialog>): Transition =>
    stay({ ...state, dialog: { ...dialog, ...changes } });
  const at = ADD_FIELDS.indexOf(dialog.focus);
  if (input.key === "enter") return submitAdd(state, dialog);
  if (input.key === "tab" || input.key === "down")
    return change({ focus: ADD_FIELDS[(at + 1) % 3] as AddDialog["focus"] });
  if (input.key === "shift+tab" || input.key === "up") {
    return change({ focus: ADD_FIELDS[(at + 2) % 3] as AddDialog["focus"] });
  }
  if (dialog.focus === "start") {
    const step = { space: 1, right: 1, left: 2 }[input.key];
    if (step === undefined) return stay(state);
    const next = (ADD_STARTS.indexOf(dialog.start) + step) % ADD_STARTS.length;
    return change({ start: ADD_STARTS[next] as AddDialog["start"] });
  }
  const edited = editField(dialog[dialog.focus], input);
  return edited === undefined ? stay(state) : change({ [dialog.focus]: edited, failure: null });
}

function submitAdd(state: UiState, dialog: AddDialog): Transition {
  const sources = findSources(dialog.source.value);
  if (sources.length === 0) {
    const failure = {
      message:
        dialog.source.value.trim() === ""
          ? "Nothing to add yet."
          : "That is no magnet link, no info-hash and no .torrent file.",
      hint: "Paste a link that begins with magnet:?, a hash of 40 digits, or the path of a .torrent file.",
    };
    return stay({ ...state, dialog: { ...dialog, failure } });
  }
  const busy: UiState = { ...state, dialog: { ...dialog, isBusy: true, failure: null } };
  const folder = dialog.folder.value.trim();
  const [source] = sources;
  if (dialog.start === "choose" && source !== undefined && sources.length === 1) {
    return withEffect(busy, { kind: "add-to-choose", source, folder });
  }
  return withEffect(busy, { kind: "add", sources, folder, isPaused: dialog.start === "paused" });
}

function updateShare(state: UiState, dialog: ShareDialog, input: KeyInput): Transition {
  if (dialog.isBusy) return stay(state);
  if (input.key === "enter") {
    const path = dialog.path.value.trim();
    if (path === "") return stay(state);
    return withEffect(
      { ...state, dialog: { ...dialog, isBusy: true, failure: null } },
      { kind: "share", path },
    );
  }
  if (input.key === "tab") return withEffect(state, { kind: "complete-path", path: dialog.path.value });
  const path = editField(dialog.path, input);
  return stay(path === undefined ? state : { ...state, dialog: { ...dialog, path, failure: null } });
}

function updateRemove(state: UiState, dialog: RemoveDialog, input: KeyInput, world: World): Transition {
  const closed: UiState = { ...state, dialog: null };
  const { ids, deleteData } = dialog;
  if (!deleteData) {
    if (input.key === "y" || input.key === "enter") return removeLater(closed, ids, world);
    return stay(input.key === "n" || input.key === "q" ? closed : state);
  }
  if (input.key === "enter") {
    const word = confirmationWord(ids.map((id) => findTorrent(world.snapshot, id)?.name ?? ""));
    const isTyped = dialog.typed.value.trim().toLowerCase() === word.toLowerCase();
    return isTyped ? withEffect(closed, { kind: "remove", ids, deleteData }) : stay(state);
  }
  const typed = editField(dialog.typed, input);
  return stay(typed === undefined ? state : { ...state, dialog: { ...dialog, typed } });
}

function updateLimits(state: UiState, dialog: LimitsDialog, input: KeyInput): Transition {
  if (input.key === "enter") return submitLimits(state, dialog);
  if (["tab", "shift+tab", "up", "down"].includes(input.key)) {
    return stay({ ...state, dialog: { ...dialog, focus: dialog.focus === "down" ? "up" : "down" } });
  }
  const edited = editField(dialog[dialog.focus], input);
  if (edited === undefined) return stay(state);
  return stay({ ...state, dialog: { ...dialog, [dialog.focus]: edited, failure: null } });
}

function submitLimits(state: UiState, dialog: LimitsDialog): Transition {
  const down = parseRateLimit(dialog.down.value);
  const up = parseRateLimit(dialog.up.value);
  if ("isInvalid" in down || "isInvalid" in up) {
    const wrong = "isInvalid" in down ? dialog.down.value : dialog.up.value;
    const failure = {
      message: `"${wrong.trim()}" is no rate.`,
      hint: "Write 500K or 2M a second, or nothing for no limit.",
    };
    return stay({ ...state, dialog: { ...dialog, failure } });
  }
  const limits = { maxDownBytesPerSecond: down.bytesPerSecond, maxUpBytesPerSecond: up.bytesPerSecond };
  const effect: Effect =
    dialog.ids === null
      ? { kind: "set-limits", down: down.bytesPerSecond, up: up.bytesPerSecond }
      : { kind: "set-torrents", ids: dialog.ids, settings: limits };
  return withEffect({ ...state, dialog: null }, effect);
}

/** Typing searches, the arrows choose, enter does what the line says. */
function updateHelp(state: UiState, dialog: HelpDialog, input: KeyInput, world: World): Transition {
  const found = searchHelp(dialog.query.value);
  if (input.key === "?" && dialog.query.value === "") return stay({ ...state, dialog: null });
  if (input.key === "enter") {
    const chosen = found[dialog.cursor];
    const closed: UiState = { ...state, dialog: null };
    return chosen === undefined ? stay(closed) : runHelpEntry(closed, chosen, world);
  }
  const step = HELP_STEPS[input.key];
  if (step !== undefined) {
    const cursor = Math.max(0, Math.min(dialog.cursor + step, found.length - 1));
    return stay({ ...state, dialog: { ...dialog, cursor } });
  }
  const query = editField(dialog.query, input);
  return stay(query === undefined ? state : { ...state, dialog: { ...dialog, query, cursor: 0 } });
}

const HELP_STEPS: Readonly<Record<string, number>> = { up: -1, down: 1, pageup: -10, pagedown: 10 };

function updateWhy(state: UiState, dialog: WhyDialog, input: KeyInput, world: World): Transition {
  const torrent = findTorrent(world.snapshot, dialog.id);
  if (torrent === undefined || ["w", "q", "enter", "left", "backspace"].includes(input.key)) {
    return stay({ ...state, dialog: null });
  }
  const action = actionFor("details", input.key);
  if (action === "reannounce" || action === "verify" || action === "copy-magnet") {
    return perform({ ...state, dialog: null }, action, input.key, world);
  }
  const step = { up: -1, k: -1, down: 1, j: 1, pageup: -WHY_PAGE_LINES, pagedown: WHY_PAGE_LINES }[input.key];
  if (step === undefined) return stay(state);
  const last = Math.max(0, torrent.diagnosis.evidence.length - 1);
  return stay({ ...state, dialog: { ...dialog, offset: Math.max(0, Math.min(dialog.offset + step, last)) } });
}

function updateMagnet(state: UiState, dialog: Dialog & { kind: "magnet" }, input: KeyInput): Transition {
  if (input.key === "c") return withEffect(state, { kind: "copy", name: dialog.name, magnet: dialog.magnet });
  return stay(["enter", "q", "space"].includes(input.key) ? { ...state, dialog: null } : state);
}

function updateQuit(state: UiState, input: KeyInput): Transition {
  const closed: UiState = { ...state, dialog: null };
  if (["q", "y", "enter"].includes(input.key)) return withEffect(closed, { kind: "leave", reason: "quit" });
  return stay(input.key === "n" ? closed : state);
}
