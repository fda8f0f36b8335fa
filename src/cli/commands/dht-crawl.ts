/**
 * `starling dht crawl`: the info-hashes that the nodes of a DHT store, from one sample of each node (BEP 51). Of a private network, which is
 * its members' own, the nodes and the torrents' names as well.
 */
import { toHex } from "../../core/bytes.ts";
import { formatEndpoint } from "../../core/endpoint.ts";
import { ClientError } from "../../core/errors.ts";
import { safeText } from "../../core/safe-text.ts";
import { type CrawlResult, startCrawl } from "../../dht/index.ts";
import { cancelInTime, parseTimeout } from "../arguments/cancel-in-time.ts";
import { parseNetworkOptions } from "../arguments/network-options.ts";
import { type JoinFlags, withJoinedNode } from "../engine/with-joined-node.ts";
import { EXIT_OK, exitCodeOf } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { bytesText, durationText } from "../output/quantity-text.ts";
import { fetchNames } from "../transfers/fetch-names.ts";

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
  const isOwn = flags.network !== undefined;
  const hashes: string[] = [];
  const nodes: { readonly address: string; readonly id: string }[] = [];
  const result = await withJoinedNode(
    joinFlags,
    ({ node, platform: { clock, random } }) =>
      new Promise<CrawlResult>((resolve) => {
        const crawl = startCrawl(
          { node, clock, random },
          {
            from: [...node.contactsOf(4), ...node.contactsOf(6)],
            maxNodes,
            onNode: ({ id, endpoint }) => {
              if (!isOwn) return;
              nodes.push({ address: formatEndpoint(endpoint), id: toHex(id) });
              output.result(`node  ${formatEndpoint(endpoint)}  ${toHex(id)}`);
            },
            onHashes: (found) => {
              for (const hash of found.map(toHex)) {
                if (!isOwn) output.result(hash);
                if (output.isJson || isOwn) hashes.push(hash);
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
  const torrents = isOwn ? await describe(hashes, joinFlags, output) : undefined;
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
    ...(isOwn ? { nodes, torrents } : {}),
  });
  return result.hashes > 0 ? EXIT_OK : exitCodeOf("NOT_FOUND");
}

interface DescribedTorrent {
  readonly infoHash: string;
  /** Null where no peer sent the metadata. */
  readonly name: string | null;
  readonly bytes: number | null;
}

async function describe(
  hashes: readonly string[],
  flags: JoinFlags,
  output: Output,
): Promise<readonly DescribedTorrent[]> {
  const names = await fetchNames(hashes, parseNetworkOptions(flags, 0));
  return hashes.map((infoHash) => {
    const found = names.get(infoHash);
    output.result(
      found === undefined
        ? `torrent  ${infoHash}  ?`
        : `torrent  ${infoHash}  ${bytesText(found.totalBytes)}  ${safeText(found.name)}`,
    );
    return { infoHash, name: found?.name ?? null, bytes: found?.totalBytes ?? null };
  });
}
