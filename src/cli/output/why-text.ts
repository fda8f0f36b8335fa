/** Why a torrent is not going, as lines: the diagnosis with its evidence, the chain, what can be done. */
import type { ChainMark, ChainStage, TorrentSnapshot } from "../../session/session-view.ts";

const MARKS: Readonly<Record<ChainMark, string>> = { ok: "✓", weak: "◐", broken: "✗", unreached: "·" };
const STAGES: readonly ChainStage[] = ["disk", "net", "dht", "peers", "link", "pieces"];

export function whyLines({ diagnosis, chain }: TorrentSnapshot): readonly string[] {
  return [
    `WHY    ${diagnosis.sentence} [${diagnosis.code}]`,
    ...diagnosis.evidence.map((line) => `       ${line}`),
    `CHAIN  ${STAGES.map((stage) => `${stage} ${MARKS[chain[stage]]}`).join("  ")}`,
    ...(diagnosis.remedy === "" ? [] : [`TRY    ${diagnosis.remedy}`]),
  ];
}
