/** `starling dht crawl`: the info-hashes that the nodes of a DHT store, from one sample of each node (BEP 51). */
import { toHex } from "../../core/bytes.ts";
import { ClientError } from "../../core/errors.ts";
import { type CrawlResult, startCrawl } from "../../dht/index.ts";
import { cancelInTime, parseTimeout } from "../arguments/cancel-in-time.ts";
import { type JoinFlags, withJoinedNode } from "../engine/with-joined-node.ts";
import { EXIT_OK, exitCodeOf } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { durationText } from "../output/quantity-text.ts";

interface CrawlFlags extends JoinFlags {
  readonly nodes: string;
}

const MAX_NODES = 1_000_000;

export async function runDhtCrawl(
  _operands: readonly string[],
  flags: CrawlFlags,
  output: Output,
): Promise<number> {
  const maxNodes = Number(flags.nodes);
  if (!(Number.isInteger(maxNodes) && maxNodes >= 1 && maxNodes <= MAX_NODES))
    throw new ClientError("USAGE", `--nodes: "${flags.nodes}" is not a number from 1 to ${MAX_NODES}`);
  const { timeout, ...joinFlags } = flags;
  const timeoutMs = parseTimeout(timeout);
  const hashes: string[] = [];
  const result = await withJoinedNode(
    joinFlags,
    ({ node, platform: { clock, random } }) =>
      new Promise<CrawlResult>((resolve) => {
        const crawl = startCrawl(
          { node, clock, random },
          {
            from: [...node.contactsOf(4), ...node.contactsOf(6)],
            maxNodes,
            onHashes: (found) => {
              for (const hash of found.map(toHex)) {
                output.result(hash);
                if (output.isJson) hashes.push(hash);
              }
            },
            onEnd: (result) => {
              callOff();
              resolve(result);
            },
          },
        );
        const callOff = cancelInTime(crawl, timeoutMs);
      }),
    { asksEverybody: true },
  );
  output.note(
    `${result.hashes} hashes from ${result.sampled} nodes with samples (BEP 51); asked ${result.asked}, ` +
      `${result.answered} answered, ${durationText(result.elapsedMs)}`,
  );
  output.json({
    ok: result.hashes > 0,
    ...result,
    elapsedMs: Math.round(result.elapsedMs),
    hashes: hashes.length,
    infoHashes: hashes,
  });
  return result.hashes > 0 ? EXIT_OK : exitCodeOf("NOT_FOUND");
}
