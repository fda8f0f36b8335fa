/** `starling dht scrape`: how many seeds and other peers a torrent has, without joining it (BEP 33). */
import { toHex } from "../../core/bytes.ts";
import type { ScrapeResult } from "../../dht/index.ts";
import { cancelInTime, parseTimeout } from "../arguments/cancel-in-time.ts";
import type { NetworkFlags } from "../arguments/network-options.ts";
import { withDhtNode } from "../engine/with-dht-node.ts";
import { EXIT_OK, exitCodeOf } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { parseHash, printStep, requireAnswer } from "./dht-lookup.ts";

interface ScrapeFlags extends NetworkFlags {
  readonly trace?: boolean;
  readonly timeout?: string;
}

export async function runDhtScrape(
  operands: readonly string[],
  flags: ScrapeFlags,
  output: Output,
): Promise<number> {
  const infoHash = parseHash(operands[0] as string);
  const timeoutMs = parseTimeout(flags.timeout);
  const result = await withDhtNode(flags, ({ node }) => {
    return new Promise<ScrapeResult>((resolve) => {
      const scrape = node.scrape(infoHash, {
        onStep: flags.trace === true ? (step) => printStep(step, output) : undefined,
        onEnd: (result) => {
          callOff();
          resolve(result);
        },
      });
      const callOff = cancelInTime(scrape, timeoutMs);
    });
  });
  requireAnswer(result);
  const { seeds, peers, asked, answered, withFilters } = result;
  output.result(`about ${seeds} seeds and ${peers} other peers`);
  output.note(`asked the ${asked} closest nodes, ${answered} answered, ${withFilters} with filters (BEP 33)`);
  const isFound = seeds + peers > 0;
  output.json({ ok: isFound, infoHash: toHex(infoHash), ...result });
  return isFound ? EXIT_OK : exitCodeOf("NOT_FOUND");
}
