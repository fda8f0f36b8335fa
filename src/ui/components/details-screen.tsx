/** One torrent over the whole screen, in tabs. */
import { Box } from "ink";
import { memo, type ReactNode } from "react";
import { condense } from "../format/charts.ts";
import { formatDuration } from "../format/quantities.ts";
import type { DetailsBody } from "../model/screen-model.ts";
import { isRoomy } from "../state/view-lines.ts";
import { wrap } from "../terminal/cell-text.ts";
import type { Glyphs } from "../theme/glyphs.ts";
import type { Segment } from "../theme/themes.ts";
import { chartLines, FACT_LABEL_CELLS, factLine } from "./detail-block.tsx";
import { availabilityLine, chainLine, haveLine, LABEL_CELLS, whyLines } from "./detail-lines.ts";
import { LineWriter } from "./line-writer.ts";
import { Lines } from "./lines.tsx";
import { useLook } from "./look.ts";
import { PiecesTab } from "./pieces-tab.tsx";
import { EventList, FileTable, PeerTable } from "./tables.tsx";
import { TrailTab } from "./trail-tab.tsx";

interface DetailsScreenProps {
  readonly body: DetailsBody;
  readonly columns: number;
  readonly height: number;
}

export const DetailsScreen = memo(function DetailsScreen({
  body,
  columns,
  height,
}: DetailsScreenProps): ReactNode {
  switch (body.tab) {
    case "overview":
      return <Overview body={body} columns={columns} height={height} />;
    case "pieces":
      return <PiecesTab pieces={body.pieces} columns={columns} height={height} />;
    case "peers":
      return <PeersTab body={body} columns={columns} height={height} />;
    case "dht":
      return <TrailTab trail={body.trail} steps={body.steps} columns={columns} height={height} />;
    case "files":
      return (
        <FileTable
          table={body.files}
          columns={columns}
          height={height}
          placeholder="The files are not known yet: their list comes from the first peer that has it."
        />
      );
    case "log":
      return <EventList rows={body.log} columns={columns} height={height} />;
  }
});

/** Lines of the card below the table of peers. */
const CARD_LINES = 3;

/** The table, and below it what is known of the peer under the cursor. */
function PeersTab({ body: { peers, card, peerOrder }, columns, height }: DetailsScreenProps): ReactNode {
  const { glyphs } = useLook();
  const cardLines = isRoomy(height) ? CARD_LINES : 0;
  const lines: (readonly Segment[])[] = [
    new LineWriter(columns, glyphs)
      .rule("dim", peerOrder.length + 10)
      .text(` order: ${peerOrder} `, "dim")
      .rule().segments,
  ];
  if (card !== null) {
    for (const text of card.lines) lines.push(new LineWriter(columns, glyphs).gap(1).text(text).segments);
  }
  return (
    <Box flexDirection="column" height={height} flexShrink={0}>
      <PeerTable
        table={peers}
        columns={columns}
        height={height - cardLines}
        placeholder="No peers. w says why."
      />
      {cardLines === 0 ? null : <Lines lines={peers.total === 0 ? [] : lines} height={cardLines} />}
    </Box>
  );
}

/** Highest chart; more says nothing more. */
const MAX_CHART_LINES = 12;
const MIN_CHART_LINES = 4;

/** Lines of the axis of the time below the big chart. */
const TIME_AXIS_LINES = 1;

/** All that is remembered of the rates, over the whole screen. */
function BigChart({ body: { detail }, columns, height }: DetailsScreenProps): ReactNode {
  const { glyphs } = useLook();
  const cells = columns - LABEL_CELLS - 2;
  const samples = condense(detail.samples, glyphs.isBraille ? 2 * cells : cells);
  const chart = chartLines({ ...detail, samples }, columns, height - TIME_AXIS_LINES, glyphs);
  const seconds = detail.samples.length;
  const oldest = `${formatDuration(seconds)} ago`;
  const axis = new LineWriter(columns, glyphs).to(LABEL_CELLS);
  const drawn = glyphs.isBraille ? Math.ceil(samples.length / 2) : samples.length;
  if (drawn >= oldest.length + 5) axis.to(LABEL_CELLS + cells - drawn).text(oldest, "dim");
  axis.to(LABEL_CELLS + cells - 3).text("now", "dim");
  return <Lines lines={[...chart, axis.segments]} height={height} />;
}

function Overview({ body, columns, height }: DetailsScreenProps): ReactNode {
  const { glyphs } = useLook();
  if (body.isChartBig) return <BigChart body={body} columns={columns} height={height} />;
  const { detail } = body;
  const above = [
    ...whyLines(detail, columns, 2, glyphs),
    chainLine(detail, columns, glyphs),
    haveLine(detail, columns, glyphs),
    availabilityLine(detail, columns, glyphs),
    [],
  ];
  const facts = detail.facts.flatMap(({ label, text }) => wrappedFact(label, text, columns, glyphs));
  const chartHeight = Math.min(MAX_CHART_LINES, height - above.length - facts.length - 1);
  const chart =
    chartHeight < MIN_CHART_LINES ? [] : [...chartLines(detail, columns, chartHeight, glyphs), []];
  return (
    <Box flexDirection="column" height={height} flexShrink={0}>
      <Lines lines={[...above, ...chart, ...facts]} height={height} />
    </Box>
  );
}

/** A fact in up to two lines. */
function wrappedFact(label: string, text: string, columns: number, glyphs: Glyphs): (readonly Segment[])[] {
  const lines = wrap(text, columns - FACT_LABEL_CELLS - 1, 2, glyphs.charset);
  return lines.map((line, index) => factLine(index === 0 ? label : "", line, columns, glyphs));
}

/** Everything that is known about why: sentence, evidence, remedy, chain. */
export function whyReport(
  body: { readonly detail: DetailsBody["detail"]; readonly offset: number },
  columns: number,
  glyphs: Glyphs,
): readonly (readonly Segment[])[] {
  const { detail, offset } = body;
  const width = columns - LABEL_CELLS - 2;
  const block = (label: string, texts: readonly string[], tone: Segment["tone"]): (readonly Segment[])[] => {
    const lines = texts.flatMap((text) => wrap(text, width, 4, glyphs.charset));
    return lines.map(
      (line, index) =>
        new LineWriter(columns, glyphs)
          .gap(1)
          .text(index === 0 ? label : "", "key")
          .to(LABEL_CELLS)
          .text(line, tone).segments,
    );
  };
  const { why, evidence, also } = detail;
  const facts = evidence.slice(offset);
  return [
    new LineWriter(columns, glyphs)
      .gap(1)
      .text(detail.status.word, detail.status.tone)
      .text(`  code ${why.code}`, "dim").segments,
    [],
    ...block("WHY", [why.sentence], why.tone),
    ...(facts.length === 0 ? [] : [[], ...block("FACTS", facts, "plain")]),
    ...(why.remedy === "" ? [] : [[], ...block("NEXT", [why.remedy], "plain")]),
    ...(also.length === 0 ? [] : [[], ...block("ALSO", [also.join(", ")], "dim")]),
    [],
    chainLine(detail, columns, glyphs),
    haveLine(detail, columns, glyphs),
    availabilityLine(detail, columns, glyphs),
  ];
}
