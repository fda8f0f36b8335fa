/** The chain and the diagnosis of a torrent: what `why` and `probe` say. */
import type { ChainMark, ChainStage, TorrentSnapshot } from "../../session/session-view.ts";

const STAGES: readonly ChainStage[] = ["disk", "net", "dht", "peers", "link", "pieces"];
const MARKS: Readonly<Record<ChainMark, string>> = { ok: "✓", weak: "◐", broken: "✗", unreached: "·" };

/** `disk ✓ net ✓ dht ✗ peers · link · pieces ·`. */
export function chainText(torrent: Pick<TorrentSnapshot, "chain">): string {
  return STAGES.map((stage) => `${stage} ${MARKS[torrent.chain[stage]]}`).join(" ");
}

export function diagnosisLines(
  torrent: Pick<TorrentSnapshot, "name" | "chain" | "diagnosis">,
): readonly string[] {
  const { sentence, evidence, remedy, also } = torrent.diagnosis;
  return [
    torrent.name,
    `  ${chainText(torrent)}`,
    `  ${sentence}`,
    ...evidence.map((fact) => `    ${fact}`),
    ...(remedy === "" ? [] : [`  → ${remedy}`]),
    ...(also.length === 0 ? [] : [`  also: ${also.join(", ")}`]),
  ];
}
