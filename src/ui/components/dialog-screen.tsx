/** What is being asked, in place of the screen's body. */
import { memo, type ReactNode } from "react";
import type { AddModel, DialogModel, QuitModel, RemoveModel } from "../model/dialog-model.ts";
import type { TextField } from "../state/text-field.ts";
import type { Failure, LimitsDialog, MagnetDialog, ShareDialog } from "../state/ui-state.ts";
import { cellSafe, dropCells, takeCells, wrap } from "../terminal/cell-text.ts";
import type { Glyphs } from "../theme/glyphs.ts";
import type { Segment, Tone } from "../theme/themes.ts";
import { whyReport } from "./details-screen.tsx";
import { writeField } from "./field.ts";
import { helpLines } from "./help-lines.ts";
import { LineWriter } from "./line-writer.ts";
import { Lines } from "./lines.tsx";
import { useLook } from "./look.ts";

interface DialogScreenProps {
  readonly dialog: DialogModel;
  readonly columns: number;
  readonly height: number;
}

type LineList = readonly (readonly Segment[])[];

export const DialogScreen = memo(function DialogScreen({
  dialog,
  columns,
  height,
}: DialogScreenProps): ReactNode {
  const { glyphs } = useLook();
  if (dialog.kind === "help")
    return <Lines lines={helpLines(dialog, columns, height, glyphs)} height={height} />;
  return <Lines lines={[[], ...dialogLines(dialog, columns, glyphs)]} height={height} />;
});

const TITLES: Readonly<Record<DialogModel["kind"], string>> = {
  add: "Add a torrent",
  share: "Share",
  remove: "Remove",
  limits: "Speed limits",
  help: "Help",
  why: "Why?",
  magnet: "Magnet link",
  quit: "Quit?",
};

export function dialogTitle(dialog: DialogModel): string {
  if (dialog.kind === "remove" && dialog.deleteData) return "Remove and delete the files";
  return dialog.kind === "why" ? `Why?  ${dialog.detail.name}` : TITLES[dialog.kind];
}

function dialogLines(
  dialog: Exclude<DialogModel, { kind: "help" }>,
  columns: number,
  glyphs: Glyphs,
): LineList {
  const pen = new DialogPen(columns, glyphs);
  switch (dialog.kind) {
    case "add":
      return addLines(dialog, pen);
    case "share":
      return shareLines(dialog, pen);
    case "remove":
      return removeLines(dialog, pen);
    case "limits":
      return limitsLines(dialog, pen);
    case "why":
      return whyReport(dialog, columns, glyphs);
    case "magnet":
      return magnetLines(dialog, pen);
    case "quit":
      return quitLines(dialog, pen);
  }
}

/** Cells of the labels of fields. */
const LABEL_CELLS = 10;

/** Lines of dialogs: labels at the left, fields and texts beside them. */
class DialogPen {
  readonly glyphs: Glyphs;
  readonly #columns: number;

  constructor(columns: number, glyphs: Glyphs) {
    this.#columns = columns;
    this.glyphs = glyphs;
  }

  get textCells(): number {
    return Math.max(1, this.#columns - LABEL_CELLS - 2);
  }

  label(label: string, isFocused = false): LineWriter {
    const line = new LineWriter(this.#columns, this.glyphs);
    line.text(isFocused ? this.glyphs.cursor : " ", "key").text(label, isFocused ? "key" : "dim");
    return line.to(LABEL_CELLS);
  }

  field(label: string, field: TextField, isFocused: boolean, width = this.textCells): readonly Segment[] {
    const line = this.label(label, isFocused);
    writeField(line, field, Math.min(width, line.left - 1), isFocused, this.glyphs);
    return line.segments;
  }

  text(text: string, tone: Tone = "plain", maxLines = 3): LineList {
    return wrap(text, this.textCells, maxLines, this.glyphs.charset).map(
      (line) => this.label("").text(line, tone).segments,
    );
  }

  failure(failure: Failure | null): LineList {
    if (failure === null) return [];
    return [[], ...this.text(failure.message, "broken"), ...this.text(failure.hint, "dim")];
  }
}

function addLines(dialog: AddModel, pen: DialogPen): LineList {
  const { glyphs } = pen;
  const choice = (isChosen: boolean): string => `(${isChosen ? glyphs.on : " "})`;
  const start = pen.label("START", dialog.focus === "start");
  start.text(`${choice(!dialog.isPaused)} now   ${choice(dialog.isPaused)} paused`);
  if (dialog.focus === "start") start.text("   space changes", "dim");
  const free = dialog.free === null ? [] : pen.text(`${dialog.free} free there`, "dim");
  const found = dialog.found.flatMap((line) => pen.text(`${glyphs.chain.ok} ${line}`, "ok", 1));
  const help = pen.text(
    "A magnet link, an info-hash, or the path of a .torrent file; several at once are fine.",
    "dim",
  );
  return [
    pen.field("WHAT", dialog.source, dialog.focus === "source"),
    ...(found.length > 0 ? found : help),
    [],
    pen.field("INTO", dialog.folder, dialog.focus === "folder"),
    ...free,
    [],
    start.segments,
    ...(dialog.isBusy ? [[], ...pen.text("Adding...", "dim")] : pen.failure(dialog.failure)),
  ];
}

function shareLines(dialog: ShareDialog, pen: DialogPen): LineList {
  return [
    pen.field("PATH", dialog.path, true),
    ...pen.text(
      "A file or a folder. It is hashed, announced and offered; the magnet link comes next.",
      "dim",
    ),
    ...(dialog.isBusy ? [[], ...pen.text("Hashing...", "dim")] : pen.failure(dialog.failure)),
  ];
}

function removeLines(dialog: RemoveModel, pen: DialogPen): LineList {
  const what = pen.text(dialog.name, "strong", 2);
  if (!dialog.deleteData) {
    return [
      ...what,
      [],
      ...pen.text("Leaves the list. Its files are kept:"),
      ...pen.text(`${dialog.onDisk} in ${dialog.folder}`, "dim"),
      [],
      ...pen.text("y or enter removes it, esc keeps it."),
    ];
  }
  return [
    ...what,
    [],
    ...pen.text(`Deletes ${dialog.onDisk} in ${dialog.folder} for good.`, "broken"),
    [],
    ...pen.text(`To confirm, type: ${dialog.word}`),
    pen.field("", dialog.typed, true, 26),
  ];
}

const LIMIT_FIELD_CELLS = 12;

function limitsLines(dialog: LimitsDialog, pen: DialogPen): LineList {
  return [
    pen.field("DOWN", dialog.down, dialog.focus === "down", LIMIT_FIELD_CELLS),
    [],
    pen.field("UP", dialog.up, dialog.focus === "up", LIMIT_FIELD_CELLS),
    [],
    ...pen.text("Bytes a second for all torrents together: 500K, 2M, 1.5G; nothing for no limit.", "dim"),
    ...pen.failure(dialog.failure),
  ];
}

/** The link whole and unindented lines, so that a terminal's own selection can copy it. */
function magnetLines(dialog: MagnetDialog, pen: DialogPen): LineList {
  const lines: (readonly Segment[])[] = [...pen.text(dialog.name, "strong", 1), []];
  let rest = cellSafe(dialog.magnet, pen.glyphs.charset);
  while (rest !== "") {
    const head = takeCells(rest, pen.textCells);
    if (head === "") break;
    lines.push(pen.label("").text(head, "accent").segments);
    rest = dropCells(rest, pen.textCells);
  }
  const explanation =
    dialog.occasion === "shared"
      ? "Whoever opens this link gets it from you while Starling runs. c copies it."
      : "Sent to the clipboard. If your terminal did not take it, select it here (shift and mouse).";
  return [...lines, [], ...pen.text(explanation, "dim")];
}

function quitLines(dialog: QuitModel, pen: DialogPen): LineList {
  return [
    ...dialog.sentences.flatMap((sentence) => pen.text(sentence)),
    [],
    ...pen.text("q again quits, esc stays.", "strong"),
  ];
}
