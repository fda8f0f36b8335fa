/** What is being asked, in place of the screen's body. */
import { Box } from "ink";
import { memo, type ReactNode } from "react";
import type { AddModel, DialogModel, LimitsModel, QuitModel, RemoveModel } from "../model/dialog-model.ts";
import type { PickModel } from "../model/pick-model.ts";
import type { TextField } from "../state/text-field.ts";
import { ADD_STARTS, type Failure, type MagnetDialog, type ShareDialog } from "../state/ui-state.ts";
import { cellSafe, dropCells, takeCells, wrap } from "../terminal/cell-text.ts";
import type { Glyphs } from "../theme/glyphs.ts";
import type { Segment, Tone } from "../theme/themes.ts";
import { whyReport } from "./details-screen.tsx";
import { writeField } from "./field.ts";
import { helpLines } from "./help-lines.ts";
import { LineWriter } from "./line-writer.ts";
import { Lines } from "./lines.tsx";
import { useLook } from "./look.ts";
import { FileTable } from "./tables.tsx";

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
  if (dialog.kind === "pick") return <PickScreen pick={dialog} columns={columns} height={height} />;
  const pen = new DialogPen(columns, height, glyphs);
  return <Lines lines={[...pen.space, ...dialogLines(dialog, pen)]} height={height} />;
});

const TITLES: Readonly<Record<DialogModel["kind"], string>> = {
  add: "Add a torrent",
  pick: "Choose files",
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

function dialogLines(dialog: Exclude<DialogModel, { kind: "help" | "pick" }>, pen: DialogPen): LineList {
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
      return whyReport(dialog, pen.columns, pen.glyphs);
    case "magnet":
      return magnetLines(dialog, pen);
    case "quit":
      return quitLines(dialog, pen);
  }
}

/** Cells of the labels of fields. */
const LABEL_CELLS = 10;
/** With fewer lines than this, explanations and empty lines give way to what is asked. */
const ROOMY_LINES = 12;

/** Lines of dialogs: labels at the left, fields and texts beside them. */
class DialogPen {
  readonly columns: number;
  readonly glyphs: Glyphs;
  readonly #isRoomy: boolean;

  constructor(columns: number, height: number, glyphs: Glyphs) {
    this.columns = columns;
    this.glyphs = glyphs;
    this.#isRoomy = height >= ROOMY_LINES;
  }

  /** An empty line where there is room for one. */
  get space(): LineList {
    return this.#isRoomy ? [[]] : [];
  }

  label(label: string, isFocused = false): LineWriter {
    const line = new LineWriter(this.columns, this.glyphs);
    line.text(isFocused ? this.glyphs.cursor : " ", "key").text(label, isFocused ? "key" : "dim");
    return line.to(LABEL_CELLS);
  }

  field(label: string, field: TextField, isFocused: boolean, width = this.#textCells): readonly Segment[] {
    const line = this.label(label, isFocused);
    writeField(line, field, Math.min(width, line.left - 1), isFocused, this.glyphs);
    return line.segments;
  }

  text(text: string, tone: Tone = "plain", maxLines = 3): LineList {
    return wrap(text, this.#textCells, maxLines, this.glyphs.charset).map(
      (line) => this.label("").text(line, tone).segments,
    );
  }

  /** What helps to understand but can be done without. */
  explanation(text: string): LineList {
    return this.#isRoomy ? this.text(text, "dim") : [];
  }

  failure(failure: Failure | null): LineList {
    if (failure === null) return [];
    return [...this.space, ...this.text(failure.message, "broken"), ...this.text(failure.hint, "dim")];
  }

  get #textCells(): number {
    return Math.max(1, this.columns - LABEL_CELLS - 2);
  }
}

const START_WORDS: Readonly<Record<AddModel["start"], string>> = {
  now: "now",
  paused: "paused",
  choose: "choose files first",
};

function addLines(dialog: AddModel, pen: DialogPen): LineList {
  const { glyphs } = pen;
  const start = pen.label("START", dialog.focus === "start");
  for (const choice of ADD_STARTS) {
    start.text(`(${choice === dialog.start ? glyphs.on : " "}) ${START_WORDS[choice]}`).gap(2);
  }
  if (dialog.focus === "start") start.text("space changes", "dim");
  const found = dialog.found.flatMap((line) => pen.text(`${glyphs.chain.ok} ${line}`, "ok", 1));
  const help = "A magnet link, an info-hash, or the path of a .torrent file; several at once are fine.";
  return [
    pen.field("WHAT", dialog.source, dialog.focus === "source"),
    ...(found.length > 0 ? found : pen.explanation(help)),
    ...pen.space,
    pen.field("INTO", dialog.folder, dialog.focus === "folder"),
    ...(dialog.free === null ? [] : pen.explanation(`${dialog.free} free there`)),
    ...pen.space,
    start.segments,
    ...(dialog.isBusy ? [...pen.space, ...pen.text("Adding...", "dim")] : pen.failure(dialog.failure)),
  ];
}

interface PickScreenProps {
  readonly pick: PickModel;
  readonly columns: number;
  readonly height: number;
}

/** Lines above and below the files. */
const PICK_HEAD_LINES = 4;
const PICK_FOOT_LINES = 2;

function PickScreen({ pick, columns, height }: PickScreenProps): ReactNode {
  const { glyphs } = useLook();
  const pen = new DialogPen(columns, 0, glyphs);
  const head = [
    pen.label("NAME").text(pick.name, "strong").gap(2).text(pick.swarm, "dim").segments,
    pen
      .label("INTO")
      .text(pick.folder)
      .gap(2)
      .text(pick.space, pick.isSpaceShort ? "broken" : "dim").segments,
    pen.label("FILES").text(pick.summary, "strong").segments,
    new LineWriter(columns, glyphs).rule().segments,
  ];
  const foot = [[], pen.label("HEALTH").text(pick.health.text, pick.health.tone).segments];
  return (
    <Box flexDirection="column" height={height} flexShrink={0}>
      <Lines lines={head} height={PICK_HEAD_LINES} />
      <FileTable
        table={pick.files}
        columns={columns}
        height={Math.max(1, height - PICK_HEAD_LINES - PICK_FOOT_LINES)}
        placeholder={`Waiting for the list of files. ${pick.waiting}`}
      />
      <Lines lines={foot} height={PICK_FOOT_LINES} />
    </Box>
  );
}

function shareLines(dialog: ShareDialog, pen: DialogPen): LineList {
  return [
    pen.field("PATH", dialog.path, true),
    ...pen.explanation(
      "A file or a folder. It is hashed, announced and offered; the magnet link comes next.",
    ),
    ...(dialog.isBusy ? [...pen.space, ...pen.text("Hashing...", "dim")] : pen.failure(dialog.failure)),
  ];
}

function removeLines(dialog: RemoveModel, pen: DialogPen): LineList {
  const what = dialog.names.flatMap((name) => pen.text(name, "strong", dialog.names.length === 1 ? 2 : 1));
  if (!dialog.deleteData) {
    return [
      ...what,
      ...pen.space,
      ...pen.text(
        dialog.names.length === 1
          ? "Leaves the list. Its files are kept:"
          : "Leave the list. Their files are kept:",
      ),
      ...pen.text(`${dialog.onDisk} in ${dialog.folder}`, "dim", 1),
      ...pen.space,
      ...pen.text("y or enter removes it, esc keeps it."),
    ];
  }
  return [
    ...what,
    ...pen.space,
    ...pen.text(`Deletes ${dialog.onDisk} in ${dialog.folder} for good.`, "broken", 2),
    ...pen.space,
    ...pen.text(`To confirm, type: ${dialog.word}`),
    pen.field("", dialog.typed, true, 26),
  ];
}

const LIMIT_FIELD_CELLS = 12;

function limitsLines(dialog: LimitsModel, pen: DialogPen): LineList {
  const whose = dialog.whose === "" ? "all torrents together" : `${dialog.whose} alone`;
  return [
    pen.field("DOWN", dialog.down, dialog.focus === "down", LIMIT_FIELD_CELLS),
    ...pen.space,
    pen.field("UP", dialog.up, dialog.focus === "up", LIMIT_FIELD_CELLS),
    ...pen.space,
    ...pen.explanation(`Bytes a second for ${whose}: 500K, 2M, 1.5G; nothing for no limit.`),
    ...pen.failure(dialog.failure),
  ];
}

/** The link from the first to the last column, so that selecting its lines with the mouse gives it whole. */
function magnetLines(dialog: MagnetDialog, pen: DialogPen): LineList {
  const lines: (readonly Segment[])[] = [...pen.text(dialog.name, "strong", 1), ...pen.space];
  let rest = cellSafe(dialog.magnet, pen.glyphs.charset);
  while (rest !== "") {
    const head = takeCells(rest, pen.columns);
    if (head === "") break;
    lines.push([{ text: head, tone: "accent" }]);
    rest = dropCells(rest, pen.columns);
  }
  const explanation =
    dialog.occasion === "shared"
      ? "Whoever opens this link gets it from you while Starling runs. c copies it."
      : "Sent to the clipboard. If your terminal did not take it, select it here (shift and mouse).";
  return [...lines, ...pen.space, ...pen.text(explanation, "dim")];
}

function quitLines(dialog: QuitModel, pen: DialogPen): LineList {
  return [
    ...dialog.sentences.flatMap((sentence) => pen.text(sentence)),
    ...pen.space,
    ...pen.text("q again quits, esc stays.", "strong"),
  ];
}
