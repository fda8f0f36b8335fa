/** `starling dht peers`: the peers of a torrent as the DHT knows them, printed as they arrive. */
import { toHex } from "../../core/bytes.ts";
import { formatEndpoint } from "../../core/endpoint.ts";
import type { LookupResult } from "../../dht/index.ts";
import { cancelInTime, parseTimeout } from "../arguments/cancel-in-time.ts";
import { type NetworkFlags, parseNetworkOptions } from "../arguments/network-options.ts";
import { openDhtNode } from "../engine/open-dht-node.ts";
import { EXIT_OK, exitCodeOf } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { parseHash, requireAnswer, resultFields, summary } from "./dht-lookup.ts";

interface PeersFlags extends NetworkFlags {
  readonly timeout?: string;
}

export async function runDhtPeers(
  operands: readonly string[],
  flags: PeersFlags,
  output: Output,
): Promise<number> {
  const infoHash = parseHash(operands[0] as string);
  const timeoutMs = parseTimeout(flags.timeout);
  const network = parseNetworkOptions(flags, 0);
  const open = await openDhtNode({ network, defaultBootstrap: "public", limits: "on", readOnly: true });
  try {
    const peers = new Set<string>();
    const result = await new Promise<LookupResult>((resolve) => {
      const lookup = open.node.lookupPeers(infoHash, {
        onPeers: (found) => {
          for (const peer of found.map(formatEndpoint)) {
            if (peers.has(peer)) continue;
            peers.add(peer);
            output.result(peer);
          }
        },
        onEnd: (result) => {
          callOff();
          resolve(result);
        },
      });
      const callOff = cancelInTime(lookup, timeoutMs);
    });
    requireAnswer(result);
    output.note(`${peers.size} peers; ${summary(result)}`);
    output.json({
      ok: peers.size > 0,
      infoHash: toHex(infoHash),
      peers: [...peers],
      ...resultFields(result),
    });
    return peers.size > 0 ? EXIT_OK : exitCodeOf("NOT_FOUND");
  } finally {
    await open.close();
  }
}
