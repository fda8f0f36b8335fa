/**
 * Names to addresses, for bootstrap nodes and `--peer`: the hosts file, else name servers for A and AAAA at once, else
 * whatever the system knows besides (mDNS, search domains). Name servers are asked without the thread pool, which files
 * share and which six unanswered names would block for half a minute. Never rejects.
 */
import { promises as dns } from "node:dns";
import { addressBytes, type Endpoint, endpoint, formatAddress } from "../core/endpoint.ts";
import type { EgressGuard } from "./egress-guard.ts";
import { lookInHostsFile } from "./hosts-file.ts";
import { canonicalHost } from "./node-address.ts";
import { RESOLVE_TIMEOUT_MS } from "./platform-config.ts";

/** One question to one server; the second try waits twice as long, and both fit into RESOLVE_TIMEOUT_MS. */
const QUERY_TIMEOUT_MS = 3_000;
const QUERY_TRIES = 2;

/** All addresses of `host`, IPv4 first; numeric text as it is; empty when there are none or the time is up. */
export async function resolveHost(
  host: string,
  port: number,
  guard: EgressGuard,
): Promise<readonly Endpoint[]> {
  const numeric = addressBytes(host);
  if (numeric !== undefined) return [endpoint(formatAddress(numeric), port)];
  const hosts = isLocalhostName(host) ? ["127.0.0.1", "::1"] : await query(host, guard);
  return [...new Set(hosts.map(canonicalHost))].map((address) => endpoint(address, port));
}

/** RFC 6761, 6.3: such names are loopback and are never asked of a name server. */
function isLocalhostName(host: string): boolean {
  return /^(?:.+\.)?localhost\.?$/i.test(host);
}

async function query(host: string, guard: EgressGuard): Promise<readonly string[]> {
  if (host === "" || !guard.allowsNameQuery()) return [];
  const own = await lookInHostsFile(host);
  if (own.length > 0) return own;
  const resolver = new dns.Resolver({ timeout: QUERY_TIMEOUT_MS, tries: QUERY_TRIES });
  if (guard.gate !== undefined) resolver.setLocalAddress(...sourceAddresses(guard.gate.hosts));
  let isTimeUp = false;
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<readonly string[]>((resolve) => {
    timer = setTimeout(() => {
      isTimeUp = true;
      resolver.cancel();
      resolve([]);
    }, RESOLVE_TIMEOUT_MS);
  });
  const answer = askServers(resolver, host).then((hosts) =>
    // The system asks by whatever way it likes: not for a session that keeps to one interface.
    hosts.length > 0 || isTimeUp || guard.gate !== undefined ? hosts : askSystem(host),
  );
  try {
    return await Promise.race([answer, timeUp]);
  } finally {
    clearTimeout(timer);
  }
}

/** What `setLocalAddress` wants: an address of each family; of the other one, one that leads nowhere. */
function sourceAddresses(hosts: readonly string[]): [ipv4: string, ipv6: string] {
  return [
    hosts.find((host) => !host.includes(":")) ?? "127.0.0.1",
    hosts.find((host) => host.includes(":")) ?? "::1",
  ];
}

async function askServers(resolver: dns.Resolver, host: string): Promise<readonly string[]> {
  const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  return answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
}

async function askSystem(host: string): Promise<readonly string[]> {
  return dns.lookup(host, { all: true }).then(
    (found) => found.map((entry) => entry.address),
    () => [],
  );
}
