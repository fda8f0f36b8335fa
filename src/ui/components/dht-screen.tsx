/** The network that finds peers, in words. */
import { memo, type ReactNode } from "react";
import { gauge } from "../format/charts.ts";
import type { DhtModel } from "../model/dht-model.ts";
import type { Glyphs } from "../theme/glyphs.ts";
import type { Segment, Tone } from "../theme/themes.ts";
import { markTone } from "./header.tsx";
import { LineWriter } from "./line-writer.ts";
import { Lines } from "./lines.tsx";
import { useLook } from "./look.ts";

interface DhtScreenProps {
  readonly dht: DhtModel;
  readonly columns: number;
  readonly height: number;
}

const LABEL_CELLS = 12;

export const DhtScreen = memo(function DhtScreen({ dht, columns, height }: DhtScreenProps): ReactNode {
  const { glyphs } = useLook();
  return <Lines lines={dhtLines(dht, columns, glyphs)} height={height} />;
});

function dhtLines(dht: DhtModel, columns: number, glyphs: Glyphs): readonly (readonly Segment[])[] {
  const label = (text: string): LineWriter =>
    new LineWriter(columns, glyphs).gap(1).text(text, "key").to(LABEL_CELLS);
  const fact = (name: string, text: string, tone: Tone = "plain"): readonly Segment[] =>
    label(name).text(text, tone).segments;
  const { full, empty } = gauge(dht.fillRatio, 10, glyphs);
  const lines = [
    label("DHT")
      .text(glyphs[dht.mark], markTone(dht.mark))
      .text(` ${dht.headline}  `, "strong")
      .text(full, "ok")
      .text(empty, "dim").segments,
    new LineWriter(columns, glyphs).gap(LABEL_CELLS).text(dht.explanation, "dim").segments,
    [],
    label("NODES")
      .text(dht.good, "strong")
      .text(" good  ")
      .text(dht.doubtful, "strong")
      .text(" doubtful  ")
      .text(dht.good6, "strong")
      .text(" good over IPv6").segments,
    fact(
      "ANSWERED",
      `${dht.answered}${dht.answered.endsWith("%") ? " of the last 100 questions" : ""}`,
      dht.isAnsweredWell ? "plain" : "look",
    ),
    fact("TRAFFIC", dht.traffic),
    fact("LOOKUPS", dht.work),
    [],
    fact("WE ARE", dht.nodeId),
    fact("SEEN AS", dht.externalAddress),
    [],
  ];
  if (dht.bootstrap.length === 0) lines.push(fact("WAY IN", "no bootstrap node is set", "dim"));
  for (const [index, { address, text, tone }] of dht.bootstrap.entries()) {
    lines.push(
      label(index === 0 ? "WAY IN" : "")
        .cell(address, 34)
        .gap(2)
        .text(text, tone).segments,
    );
  }
  return lines;
}
