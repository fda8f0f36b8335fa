/** The chain and the diagnosis of a torrent: what `why`, `probe` and the scenarios of the demo say. */
import type { ChainMark, ChainStage, TorrentSnapshot } from "../../session/session-view.ts";

const STAGES: readonly ChainStage[] = ["disk", "net", "dht", "peers", "link", "pieces"];
const MARKS: Readonly<Record<ChainMark, string>> = { ok: "✓", weak: "◐", broken: "✗", unreached: "·" };

/** `disk ✓ net ✓ dht ✗ peers · link · pieces ·`. */
export function chainText(torrent: Pick<TorrentSnapshot, "chain">): string {
  return chainSteps(torrent).join(" ");
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

/** Labelled as in the dashboard, with the code that scripts rely on. */
export function whyLines(torrent: Pick<TorrentSnapshot, "chain" | "diagnosis">): readonly string[] {
  const { sentence, code, evidence, remedy } = torrent.diagnosis;
  return [
    `WHY    ${sentence} [${code}]`,
    ...evidence.map((fact) => `       ${fact}`),
    `CHAIN  ${chainSteps(torrent).join("  ")}`,
    ...(remedy === "" ? [] : [`TRY    ${remedy}`]),
  ];
}

function chainSteps({ chain }: Pick<TorrentSnapshot, "chain">): readonly string[] {
  return STAGES.map((stage) => `${stage} ${MARKS[chain[stage]]}`);
}
