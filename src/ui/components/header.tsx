/** The first line: what moves, whether the network is there, the port, the space left, the time. */
import { memo, type ReactNode } from "react";
import type { HeaderModel, Mark } from "../model/header-model.ts";
import type { Glyphs } from "../theme/glyphs.ts";
import type { Segment, Tone } from "../theme/themes.ts";
import { LineWriter } from "./line-writer.ts";
import { Lines } from "./lines.tsx";
import { useLook } from "./look.ts";

const MARK_TONES: Readonly<Record<Mark, Tone>> = { good: "ok", weak: "look", bad: "broken", idle: "dim" };

export function markTone(mark: Mark): Tone {
  return MARK_TONES[mark];
}

/** Rates keep their place when they change their length. */
const RATE_CELLS = 10;

type Piece = "name" | "network" | "down" | "up" | "dht" | "port" | "free" | "problems" | "clock";

/** How much of each piece is shown: 2 all, 1 short, 0 nothing. */
type Detail = Record<Piece, 0 | 1 | 2>;

const EVERYTHING: Detail = {
  name: 2,
  network: 2,
  down: 2,
  up: 2,
  dht: 2,
  port: 2,
  free: 2,
  problems: 2,
  clock: 2,
};

/** What is given up first when the line is too long. */
const SHRINKING: readonly (readonly [Piece, 0 | 1])[] = [
  ["network", 1],
  ["port", 1],
  ["problems", 1],
  ["dht", 1],
  ["free", 1],
  ["down", 1],
  ["up", 1],
  ["free", 0],
  ["problems", 0],
  ["name", 1],
  ["port", 0],
  ["clock", 0],
  ["name", 0],
];

interface HeaderProps {
  readonly header: HeaderModel;
  readonly columns: number;
}

export const Header = memo(function Header({ header, columns }: HeaderProps): ReactNode {
  const { glyphs } = useLook();
  return <Lines lines={[headerLine(header, columns, glyphs)]} height={1} />;
});

function headerLine(header: HeaderModel, columns: number, glyphs: Glyphs): readonly Segment[] {
  const detail = { ...EVERYTHING };
  for (const [piece, shown] of [undefined, ...SHRINKING].map((step) => step ?? (["name", 2] as const))) {
    detail[piece] = shown;
    const left = writeLeft(header, detail, glyphs);
    const right = detail.clock === 0 ? "" : `${header.clock} `;
    if (left.used + right.length + 1 > columns && detail.name !== 0) continue;
    const line = new LineWriter(columns, glyphs).append(left);
    return line.to(columns - right.length).text(right, "dim").segments;
  }
  return [];
}

function writeLeft(header: HeaderModel, detail: Detail, glyphs: Glyphs): LineWriter {
  const line = new LineWriter(Number.MAX_SAFE_INTEGER, glyphs);
  if (detail.name > 0) line.text(" starling ", "title").gap(detail.name === 2 ? 1 : 0);
  else line.gap(1);
  if (header.network !== null && detail.name > 0) writeNetwork(line, header.network, detail.network);
  writeRate(line, glyphs.downWord, header.down, header.isMovingDown ? "down" : "dim", detail.down);
  writeRate(line, glyphs.upWord, header.up, header.isMovingUp ? "up" : "dim", detail.up);
  const { dht, port } = header;
  line.text("DHT ", "dim").text(glyphs[dht.mark], markTone(dht.mark)).gap(1);
  line.text(detail.dht === 2 ? dht.text : dht.shortText).gap(2);
  if (port !== null && detail.port > 0) {
    line.text("Port ", "dim").text(port.number);
    if (detail.port === 2 && port.isReached) line.gap(1).text(glyphs.good, "ok").text(" open");
    line.gap(2);
  }
  if (header.free !== null && detail.free > 0) {
    line.text(header.free, header.isSpaceShort ? "broken" : "plain");
    if (detail.free === 2) line.text(" free", "dim");
    line.gap(2);
  }
  if (header.problems > 0 && detail.problems > 0) {
    const word = header.problems === 1 ? "problem" : "problems";
    line.text(`${glyphs.warning} ${header.problems}${detail.problems === 2 ? ` ${word}` : ""}`, "look");
  }
  return line;
}

/** Never given up before the program's name: who mixes up two networks shares with the wrong people. */
function writeNetwork(
  line: LineWriter,
  { name, mode }: NonNullable<HeaderModel["network"]>,
  detail: 0 | 1 | 2,
): void {
  line.text(name, "strong").gap(1);
  if (detail === 2) line.text(mode, "dim").gap(1);
  line.gap(1);
}

function writeRate(line: LineWriter, sign: string, rate: string, tone: Tone, detail: 0 | 1 | 2): void {
  line.text(`${sign} `, tone);
  if (detail === 2) line.cell(rate, RATE_CELLS, tone).gap(2);
  else line.text(rate, tone).gap(2);
}
