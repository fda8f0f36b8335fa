/** `starling dht bootstrap`: which bootstrap nodes answer, and whether one gets into the DHT through them. */
import { type BootstrapAnswer, type JoinFlags, withJoinedNode } from "../engine/with-joined-node.ts";
import { EXIT_OK } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { durationText } from "../output/quantity-text.ts";

export async function runDhtBootstrap(
  _operands: readonly string[],
  flags: JoinFlags,
  output: Output,
): Promise<number> {
  return await withJoinedNode(flags, ({ bootstrap, view, contacts, elapsedMs }) => {
    for (const answer of bootstrap) output.result(answerLine(answer));
    const end = view.state === "joined" ? "joined" : "not joined yet";
    output.note(`${end}, ${contacts} contacts after ${durationText(elapsedMs)}`);
    output.json({ ok: true, state: view.state, contacts, elapsedMs: Math.round(elapsedMs), bootstrap });
    return EXIT_OK;
  });
}

function answerLine({ address, state, rttMs }: BootstrapAnswer): string {
  if (rttMs !== null) return `${address} answered in ${rttMs.toFixed(1)} ms`;
  return `${address} ${state === "silent" ? "does not answer" : "has not answered yet"}`;
}
