/** Why waiting ended without a result: the same sentences for every command that waits for peers. */
import { ClientError } from "../../core/errors.ts";
import type { DhtSnapshot } from "../../session/session-view.ts";

/** Whether any node of the DHT has answered lately. */
export function hasDhtAnswer(dht: DhtSnapshot): boolean {
  return dht.goodNodes + dht.goodNodes6 > 0;
}

export function dhtUnreachable(dht: DhtSnapshot): ClientError {
  const nodes = dht.bootstrap.map((node) => `${node.address} ${node.state}`).join(", ");
  return new ClientError("DHT_UNREACHABLE", `No DHT node is reachable${nodes === "" ? "" : `: ${nodes}`}`, {
    hint: "Check the connection, or name nodes that run with --bootstrap HOST:PORT.",
  });
}

/** `why` is the diagnosis of the torrent; empty where there is none. */
export function nothingInTime(what: string, why: string): ClientError {
  return new ClientError("NO_PEERS", why === "" ? what : `${what}: ${why}`, {
    hint: "A longer --timeout may help, or a peer given with --peer HOST:PORT.",
  });
}
