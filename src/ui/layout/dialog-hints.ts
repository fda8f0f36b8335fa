/** The hint line of dialogs and of lines that are being typed, as places: what is drawn and what a click means. */
import type { Dialog } from "../state/ui-state.ts";

export interface DialogHint {
  readonly keyLabel: string;
  readonly label: string;
  /** What a click on it presses; "" for hints at several keys. */
  readonly key: string;
  /** Cells [`from`, `to`) of the line. */
  readonly from: number;
  readonly to: number;
}

type Hint = readonly [keyLabel: string, label: string];

const DIALOG_HINTS: Readonly<Record<Dialog["kind"], readonly Hint[]>> = {
  add: [
    ["enter", "start"],
    ["tab", "next field"],
    ["esc", "cancel"],
  ],
  pick: [
    ["enter", "start"],
    ["space", "choose"],
    ["+/-", "priority"],
    ["a", "all"],
    ["n", "none"],
    ["left/right", "fold"],
    ["esc", "cancel"],
  ],
  share: [
    ["enter", "share"],
    ["tab", "complete"],
    ["esc", "cancel"],
  ],
  remove: [
    ["y", "remove"],
    ["esc", "keep it"],
  ],
  limits: [
    ["enter", "set"],
    ["tab", "other field"],
    ["esc", "cancel"],
  ],
  help: [
    ["enter", "do it"],
    ["up/down", "choose"],
    ["esc", "close"],
  ],
  why: [
    ["r", "look again"],
    ["v", "verify"],
    ["c", "copy link"],
    ["esc", "close"],
  ],
  magnet: [
    ["c", "copy"],
    ["esc", "close"],
  ],
  quit: [
    ["q", "quit"],
    ["esc", "stay"],
  ],
};

const DELETE_HINTS: readonly Hint[] = [
  ["enter", "delete"],
  ["esc", "keep everything"],
];

const SEARCH_HINTS: readonly Hint[] = [
  ["enter", "keep"],
  ["up/down", "choose"],
  ["esc", "show all"],
];

const COMMAND_HINTS: readonly Hint[] = [
  ["enter", "do it"],
  ["tab", "complete"],
  ["esc", "leave"],
];

export function dialogHints(dialog: Dialog, columns: number): readonly DialogHint[] {
  const deletes = dialog.kind === "remove" && dialog.deleteData;
  return place(deletes ? DELETE_HINTS : DIALOG_HINTS[dialog.kind], columns);
}

export function searchHints(columns: number): readonly DialogHint[] {
  return place(SEARCH_HINTS, columns);
}

export function commandHints(columns: number): readonly DialogHint[] {
  return place(COMMAND_HINTS, columns);
}

const GAP = 2;

/** The last hint says how to get out: others give way to it. */
function place(hints: readonly Hint[], columns: number): readonly DialogHint[] {
  const cells = (all: readonly Hint[]): number =>
    all.reduce((sum, [keyLabel, label]) => sum + keyLabel.length + 1 + label.length + GAP, 0);
  const last = hints.slice(-1);
  let others = hints.slice(0, -1);
  while (others.length > 0 && cells([...others, ...last]) > columns) others = others.slice(0, -1);
  let from = 1;
  return [...others, ...last].map(([keyLabel, label]) => {
    const hint = {
      keyLabel,
      label,
      key: keyLabel.includes("/") ? "" : keyLabel,
      from,
      to: from + keyLabel.length + 1 + label.length,
    };
    from = hint.to + GAP;
    return hint;
  });
}
