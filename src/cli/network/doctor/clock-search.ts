/**
 * What time it is for members that take none of our datagrams: they are asked as if it were every time within a day, and who
 * answers says when it is there. Members keep silent to what is dated wrongly, as to any other recording.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { encodeBencode } from "../../../core/bencode.ts";
import { utf8Bytes } from "../../../core/bytes.ts";
import { type Endpoint, formatEndpoint } from "../../../core/endpoint.ts";
import type { NetworkOptions } from "../../arguments/network-options.ts";
import { openAsking } from "./ask-nodes.ts";
import type { Patience } from "./patience.ts";

/** A clock in a wrong time zone, or one that is a day off. */
const FARTHEST_MS = 24 * 3_600_000;
/** Less than the four minutes that a member's window is wide. */
const STEP_MS = 200_000;
/** 864 datagrams a node in all, in about two seconds. */
const BURST = 20;

/** How far the clocks of those that answered are ahead of ours, by formatted address. */
export async function searchClocks(
  network: NetworkOptions,
  nodes: readonly Endpoint[],
  patience: Patience,
): Promise<ReadonlyMap<string, number>> {
  if (nodes.length === 0) return new Map();
  let pretendedMs = 0;
  const found = new Map<string, number>();
  const open = await openAsking(network, () => Date.now() + pretendedMs);
  const { udp4, udp6 } = open.sealing ?? {};
  for (const socket of [udp4, udp6]) {
    if (socket === undefined) continue;
    socket.onMemberClock = (from, aheadMs) => found.set(formatEndpoint(from), aheadMs + pretendedMs);
  }
  const ping = pingOf(open.platform.random.bytes(20));
  try {
    for (const [i, aheadMs] of timesFromNear().entries()) {
      pretendedMs = aheadMs;
      for (const node of nodes)
        if (!found.has(formatEndpoint(node))) (node.family === 4 ? udp4 : udp6)?.send(ping, node);
      if (i % BURST === 0) await sleep(patience.burstMs);
    }
    await sleep(patience.answerMs);
  } finally {
    await open.close();
  }
  return found;
}

function timesFromNear(): readonly number[] {
  const times: number[] = [];
  for (let aheadMs = STEP_MS; aheadMs <= FARTHEST_MS; aheadMs += STEP_MS) times.push(aheadMs, -aheadMs);
  return times;
}

/** Of a node that does not want to be kept (BEP 43). */
function pingOf(id: Uint8Array): Uint8Array {
  return encodeBencode({
    a: { id },
    q: utf8Bytes("ping"),
    ro: 1,
    t: utf8Bytes("ck"),
    y: utf8Bytes("q"),
  });
}
