/** The network that finds peers: its picture and its table, the lookups that run, and how we got in. */
import { memo, type ReactNode } from "react";
import { gauge } from "../format/charts.ts";
import type {
  BucketRowModel,
  DhtDetailsModel,
  KeyspaceModel,
  LookupRowModel,
} from "../model/dht-details-model.ts";
import type { DhtModel } from "../model/dht-model.ts";
import type { ReachModel } from "../model/reach-model.ts";
import type { DhtBody } from "../model/screen-model.ts";
import type { Glyphs } from "../theme/glyphs.ts";
import type { Segment, Tone } from "../theme/themes.ts";
import { markTone } from "./header.tsx";
import { LineWriter } from "./line-writer.ts";
import { Lines } from "./lines.tsx";
import { useLook } from "./look.ts";

interface DhtScreenProps {
  readonly body: DhtBody;
  readonly columns: number;
  readonly height: number;
}

type Line = readonly Segment[];

export const DhtScreen = memo(function DhtScreen({ body, columns, height }: DhtScreenProps): ReactNode {
  const { glyphs } = useLook();
  return <Lines lines={linesOf(body, new DhtPen(columns, glyphs))} height={height} />;
});

const LABEL_CELLS = 12;

/** Lines of the screen: labels at the left, facts beside them. */
class DhtPen {
  readonly columns: number;
  readonly glyphs: Glyphs;

  constructor(columns: number, glyphs: Glyphs) {
    this.columns = columns;
    this.glyphs = glyphs;
  }

  label(text: string): LineWriter {
    return new LineWriter(this.columns, this.glyphs).gap(1).text(text, "key").to(LABEL_CELLS);
  }

  fact(name: string, text: string, tone: Tone = "plain"): Line {
    return this.label(name).text(text, tone).segments;
  }
}

function linesOf({ tab, top, dht, reach }: DhtBody, pen: DhtPen): readonly Line[] {
  switch (tab) {
    case "table":
      return tableLines(dht, top, pen);
    case "lookups":
      return lookupLines(dht, top, pen);
    case "network":
      return networkLines(dht, reach, top, pen);
  }
}

function stateLine(dht: DhtModel, pen: DhtPen): Line {
  const { full, empty } = gauge(dht.fillRatio, 10, pen.glyphs);
  const line = pen.label("DHT");
  if (dht.network !== "") line.text(dht.network, "strong").gap(2);
  return line
    .text(pen.glyphs[dht.mark], markTone(dht.mark))
    .text(` ${dht.headline}  `, "strong")
    .text(full, "ok")
    .text(empty, "dim").segments;
}

function nodesLine(dht: DhtModel, pen: DhtPen): Line {
  const line = pen.label("NODES");
  line.text(dht.good, "strong").text(" good  ").text(dht.doubtful, "strong").text(" doubtful  ");
  if (dht.details !== null) line.text(dht.details.bad, "strong").text(" bad  ");
  if (dht.good6 !== "0") line.text(dht.good6, "strong").text(" good over IPv6  ");
  return line.text(dht.details?.estimate ?? "", "dim").segments;
}

function tableLines(dht: DhtModel, top: number, pen: DhtPen): readonly Line[] {
  const { details } = dht;
  const head = [stateLine(dht, pen), nodesLine(dht, pen)];
  if (details === null)
    return [
      ...head,
      new LineWriter(pen.columns, pen.glyphs).gap(LABEL_CELLS).text(dht.explanation, "dim").segments,
    ];
  const picture = keyspaceLines(details.keyspace, pen);
  if (details.buckets.length === 0) {
    return [...head, [], pen.fact("TABLE", "empty: no node is known yet", "dim")];
  }
  return [
    ...head,
    [],
    ...picture,
    [],
    bucketHead(pen),
    ...details.buckets.slice(top).map((row) => bucketLine(row, pen)),
  ];
}

/** Heights for the picture; the least that is not nothing is always seen. */
function heightOf(count: number, largest: number, { heights }: Glyphs): string {
  if (count === 0) return heights[0] ?? " ";
  const step = Math.max(1, Math.round((count / Math.max(1, largest)) * (heights.length - 1)));
  return heights[step] ?? "";
}

/** The key space from 00… to ff…: nodes we know, ourselves, and the torrents we look for. */
function keyspaceLines({ nodes, own, torrents }: KeyspaceModel, pen: DhtPen): readonly Line[] {
  const { glyphs, columns } = pen;
  const room = columns - LABEL_CELLS - 1;
  const perCell = Math.max(1, Math.ceil(nodes.length / Math.max(8, room)));
  const cells = Math.ceil(nodes.length / perCell);
  const counts = Array.from({ length: cells }, (_, cell) =>
    nodes.slice(cell * perCell, (cell + 1) * perCell).reduce((sum, count) => sum + count, 0),
  );
  const largest = Math.max(...counts);
  const marks = new Set(torrents.map((slice) => Math.floor(slice / perCell)));
  const you = Math.floor(own / perCell);
  const scale = pen
    .label("KEY SPACE")
    .text("00", "dim")
    .to(LABEL_CELLS + Math.max(3, you - 1))
    .text("you", "title");
  const picture = pen.label("nodes");
  for (const [cell, count] of counts.entries()) {
    picture.text(heightOf(count, largest, glyphs), cell === you ? "title" : "ok");
  }
  const below = pen.label("torrents");
  for (let cell = 0; cell < cells; cell++) below.text(marks.has(cell) ? glyphs.torrent : " ", "accent");
  return [scale.to(LABEL_CELLS + cells - 2).text("ff", "dim").segments, picture.segments, below.segments];
}

const SHARE_CELLS = 18;
const WIDE_COLUMNS = 60;

function bucketHead({ columns, glyphs }: DhtPen): Line {
  const line = new LineWriter(columns, glyphs).gap(1).cell("DEPTH", 6, "dim");
  if (columns >= WIDE_COLUMNS) line.cell("SHARE OF SPACE", SHARE_CELLS, "dim");
  line.text("NODES ", "dim");
  line.text(`${glyphs.node} good ${glyphs.doubtfulNode} doubtful ${glyphs.badNode} bad`, "dim");
  return line
    .to(columns - 16)
    .cell("RTT", 7, "dim", "right")
    .cell("HEARD", 7, "dim", "right").segments;
}

function bucketLine(row: BucketRowModel, { columns, glyphs }: DhtPen): Line {
  const line = new LineWriter(columns, glyphs).gap(1).cell(row.depth, 4, "plain", "right").gap(2);
  if (columns >= WIDE_COLUMNS) line.cell(row.share, SHARE_CELLS, "dim");
  const nodes = new LineWriter(Math.max(4, columns - 16 - line.used), glyphs)
    .text(glyphs.node.repeat(row.good), "ok")
    .text(glyphs.doubtfulNode.repeat(row.doubtful), "look")
    .text(glyphs.badNode.repeat(row.bad), "broken")
    .text(glyphs.noNode.repeat(row.free), "dim");
  line.append(nodes).to(columns - 16);
  return line.cell(row.rtt, 7, "plain", "right").cell(row.lastHeard, 7, "plain", "right").segments;
}

function lookupLines(dht: DhtModel, top: number, pen: DhtPen): readonly Line[] {
  const { details } = dht;
  const head = [pen.fact("LOOKUPS", dht.work)];
  if (details === null) return head;
  for (const remark of [details.waiting, details.times])
    if (remark !== "")
      head.push(new LineWriter(pen.columns, pen.glyphs).gap(LABEL_CELLS).text(remark, "dim").segments);
  if (details.lookups.length === 0) {
    const quiet = "None runs. Torrents look for peers every quarter of an hour; r on one looks now.";
    return [
      ...head,
      [],
      new LineWriter(pen.columns, pen.glyphs).gap(LABEL_CELLS).text(quiet, "dim").segments,
    ];
  }
  return [...head, ...details.lookups.slice(top).flatMap((lookup) => lookupBlock(lookup, pen))];
}

/** How near it has come, as a line from far to near. */
function lookupBlock({ target, name, figures, nearness }: LookupRowModel, pen: DhtPen): readonly Line[] {
  const { glyphs, columns } = pen;
  const way = pen.label("").text("far ", "dim");
  const cells = Math.max(4, Math.min(40, way.left - 7));
  const done = Math.max(1, Math.round(nearness * (cells - 1)));
  way
    .text(glyphs.rule.repeat(done), "ok")
    .text(glyphs.node, "ok")
    .text(glyphs.rule.repeat(cells - 1 - done), "dim");
  return [
    [],
    pen.label(target).text(name, "strong").segments,
    new LineWriter(columns, glyphs).gap(LABEL_CELLS).text(figures).segments,
    way.text(" near", "dim").segments,
  ];
}

function networkLines(dht: DhtModel, reach: ReachModel, top: number, pen: DhtPen): readonly Line[] {
  const { columns, glyphs } = pen;
  const answered = `${dht.answered}${dht.answered.endsWith("%") ? " of the last 100 questions" : ""}`;
  const lines: Line[] = [
    stateLine(dht, pen),
    new LineWriter(columns, glyphs).gap(LABEL_CELLS).text(dht.explanation, "dim").segments,
    [],
    nodesLine(dht, pen),
    pen.fact("ANSWERED", answered, dht.isAnsweredWell ? "plain" : "look"),
    ...detailFacts(dht.details, pen),
    pen.fact("TRAFFIC", `${dht.traffic}${dht.details === null ? "" : `; ${dht.details.traffic}`}`),
    [],
    pen.fact("WE ARE", dht.nodeId),
    pen.fact("SEEN AS", dht.externalAddress),
    pen.fact("YOUR PORT", reach.text, reach.tone),
    ...(reach.router === "" ? [] : [pen.fact("ROUTER", reach.router)]),
    [],
  ];
  if (dht.bootstrap.length === 0) lines.push(pen.fact("WAY IN", "no bootstrap node is set", "dim"));
  for (const [index, { address, text, tone }] of dht.bootstrap.slice(top).entries()) {
    const line = pen.label(index === 0 ? "WAY IN" : "").cell(address, columns >= WIDE_COLUMNS ? 34 : 22);
    lines.push(line.gap(2).text(text, tone).segments);
  }
  return lines;
}

function detailFacts(details: DhtDetailsModel | null, pen: DhtPen): readonly Line[] {
  if (details === null) return [];
  return [
    pen.fact("ANSWERS", details.answers),
    pen.fact("REACHED", details.reach),
    pen.fact("STORED", details.stored),
  ];
}
