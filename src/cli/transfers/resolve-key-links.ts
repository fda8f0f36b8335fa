/** Links that name a key instead of a torrent (BEP 46) become links to the torrent that the key names now. */
import { toHex } from "../../core/bytes.ts";
import { ClientError } from "../../core/errors.ts";
import { mutableTarget } from "../../dht/index.ts";
import { decodeKeyedTorrent, type KeyLink, parseKeyLink } from "../../torrent/key-link.ts";
import { formatMagnet } from "../../torrent/magnet.ts";
import { parseTimeout } from "../arguments/cancel-in-time.ts";
import type { NetworkFlags } from "../arguments/network-options.ts";
import { getItem, noItem } from "../commands/dht-get.ts";
import { requireAnswer } from "../commands/dht-lookup.ts";
import { withDhtNode } from "../engine/with-dht-node.ts";
import type { Output } from "../output/output.ts";

/**
 * The sources with each such link replaced, and the others as they are. Rejects with DHT_UNREACHABLE, NOT_FOUND when
 * nobody has the key's item, and MAGNET_INVALID when it names no torrent.
 */
export async function resolveKeyLinks(
  sources: readonly string[],
  flags: NetworkFlags & { readonly timeout?: string },
  output: Output,
): Promise<readonly string[]> {
  if (!sources.some((source) => parseKeyLink(source) !== undefined)) return sources;
  // The port that was asked for is the engine's, which comes next.
  const { port: _, ...ownPort } = flags;
  const timeoutMs = parseTimeout(flags.timeout);
  return await withDhtNode(ownPort, async ({ node }) => {
    const resolve = async (link: KeyLink): Promise<string> => {
      const target = mutableTarget(link.publicKey, link.salt);
      const result = await getItem(node, { target, salt: link.salt }, timeoutMs);
      requireAnswer(result);
      if (result.item === undefined) throw noItem(result);
      const infoHash = decodeKeyedTorrent(result.item.value);
      if (infoHash === undefined) throw new ClientError("MAGNET_INVALID", "The key's item names no torrent");
      output.note(`the key names torrent ${toHex(infoHash)} (number ${result.item.signed?.seq ?? 0})`);
      return formatMagnet({ infoHash });
    };
    return await Promise.all(
      sources.map((source) => {
        const link = parseKeyLink(source);
        return link === undefined ? source : resolve(link);
      }),
    );
  });
}
