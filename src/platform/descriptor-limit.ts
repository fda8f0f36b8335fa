/**
 * How many files and sockets this process may have open (`RLIMIT_NOFILE`, the soft limit), and what that leaves for
 * connections to peers.
 */
import { readFile } from "node:fs/promises";
import { MAX_OPEN_FILES } from "./platform-config.ts";

/** Share of the limit that is planned with: what libraries and the system open besides is not ours to count. */
const PLANNED_SHARE = 0.8;
/** Standard streams, listeners, datagram sockets, the event loop's own, the state folder's lock and files. */
const OWN_DESCRIPTORS = 16;
/** With fewer there is no swarm to speak of; a process this short of descriptors loses some, and lives (PR13). */
const FEWEST_CONNECTIONS = 8;

/** The soft limit; undefined where there is none, or where the system does not tell without a look at all sockets. */
export async function descriptorLimit(): Promise<number | undefined> {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(await readFile("/proc/self/limits", "latin1"))?.[1];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}

/** Connections for which there are descriptors beside the content's files (threats W3); undefined = no known limit. */
export function roomForConnections(limit: number | undefined): number | undefined {
  if (limit === undefined) return undefined;
  const left = Math.floor(limit * PLANNED_SHARE) - MAX_OPEN_FILES - OWN_DESCRIPTORS;
  return Math.max(FEWEST_CONNECTIONS, left);
}
