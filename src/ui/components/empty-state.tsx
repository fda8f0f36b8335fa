/** The list without torrents: what a newcomer can do, and how far the way into the network is. */
import { memo, type ReactNode } from "react";
import { gauge } from "../format/charts.ts";
import type { ListBody } from "../model/screen-model.ts";
import { wrap } from "../terminal/cell-text.ts";
import type { Glyphs } from "../theme/glyphs.ts";
import type { Segment } from "../theme/themes.ts";
import { markTone } from "./header.tsx";
import { LineWriter } from "./line-writer.ts";
import { Lines } from "./lines.tsx";
import { useLook } from "./look.ts";

interface EmptyStateProps {
  readonly body: ListBody;
  readonly columns: number;
  readonly height: number;
}

type Line = readonly Segment[];

export const EmptyState = memo(function EmptyState({ body, columns, height }: EmptyStateProps): ReactNode {
  const { glyphs } = useLook();
  const lines =
    body.torrentCount > 0 ? nothingListed(body, columns, glyphs) : welcome(body, columns, height, glyphs);
  const above = Math.max(0, Math.floor((height - lines.length) / 3));
  return <Lines lines={[...Array<Line>(above).fill([]), ...lines]} height={height} />;
});

/** Everything is filtered away. */
function nothingListed({ query }: ListBody, columns: number, glyphs: Glyphs): readonly Line[] {
  const line = new LineWriter(columns, glyphs).gap(3);
  if (query !== "") line.text(`No torrent matches "${query}".`).text("  esc shows all", "dim");
  else line.text("No torrent is under this tab.").text("  1 or esc shows all", "dim");
  return [[], line.segments];
}

/** Width of the block of ways to start; it stands in the middle. */
const BLOCK_CELLS = 56;
const KEY_CELLS = 9;

/** Below this the short wording is used. */
const NARROW_COLUMNS = 66;

/** Gaps between the ways to start need this many lines. */
const ROOMY_LINES = 16;

function welcome(
  { network, canShare }: ListBody,
  columns: number,
  height: number,
  glyphs: Glyphs,
): readonly Line[] {
  const indent = Math.max(1, Math.floor((columns - BLOCK_CELLS) / 2));
  const start = (): LineWriter => new LineWriter(columns, glyphs).gap(indent);
  const way = (key: string, text: string): Line =>
    start()
      .text(key, "key")
      .to(indent + KEY_CELLS)
      .text(text).segments;
  const space: readonly Line[] = height >= ROOMY_LINES ? [[]] : [];
  const isNarrow = columns < NARROW_COLUMNS;
  const ways = [
    way(
      "PASTE",
      isNarrow ? "a magnet link right here" : "a magnet link right into this window (ctrl+shift+v)",
    ),
    way(
      "a",
      isNarrow ? "add a link, hash or .torrent" : "type or paste a link, an info-hash, a .torrent file",
    ),
    ...(canShare
      ? [way("s", isNarrow ? "share a file or folder" : "share a file or folder and get a magnet link")]
      : []),
  ];
  const count = canShare ? "Three" : "Two";
  const lines: Line[] = [
    start().text(`Nothing here yet. ${count} ways to start:`, "strong").segments,
    ...space,
  ];
  for (const line of ways) lines.push(line, ...space);
  if (space.length > 0) {
    const sentence = "Files come from peers, people who have them; there is no server.";
    lines.push(start().text(sentence, "dim").segments, []);
  }
  if (network === null) return lines;
  const { full, empty } = gauge(network.fillRatio, 10, glyphs);
  lines.push(
    ...(height >= ROOMY_LINES ? [] : [[]]),
    start()
      .text("DHT", "dim")
      .to(indent + KEY_CELLS)
      .text(glyphs[network.mark], markTone(network.mark))
      .text(` ${network.headline}  `)
      .text(full, "ok")
      .text(empty, "dim").segments,
    ...wrap(network.explanation, columns - indent - KEY_CELLS - 1, 2, glyphs.charset).map(
      (line) => start().gap(KEY_CELLS).text(line, "dim").segments,
    ),
  );
  if (network.mark === "good" || network.mark === "weak") return lines;
  for (const { address, text, tone } of network.bootstrap.slice(0, 3)) {
    lines.push(start().gap(KEY_CELLS).text(address).text(`  ${text}`, tone).segments);
  }
  lines.push(
    start().gap(KEY_CELLS).text("You can add now; it starts when the network is there.", "dim").segments,
  );
  return lines;
}
