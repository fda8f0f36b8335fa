/**
 * The router of this machine, by its routing table: Node does not tell. Linux shows the table as a file; elsewhere the
 * tools that every system has are asked, without a shell.
 */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { promisify } from "node:util";
import { addressScope } from "../core/address-profile.ts";
import { addressBytes, formatAddress } from "../core/endpoint.ts";

/** A way to everywhere. */
export interface DefaultRoute {
  /** Numeric IPv4. */
  readonly gatewayHost: string;
  /** Name of the interface, or on Windows our address there. */
  readonly interface: string;
  readonly metric: number;
}

export interface DefaultGateway {
  readonly gatewayHost: string;
  /** Our address on the gateway's network. */
  readonly ownHost: string;
}

/** A table that takes longer than this is not worth waiting for. */
const TOOL_TIMEOUT_MS = 5_000;

/**
 * The best gateway over which a session goes that is bound to `localHosts` (empty = any address); undefined where there is none, or
 * where our own address there is one of the Internet, which needs no mapping. Never rejects.
 */
export async function findDefaultGateway(localHosts: readonly string[]): Promise<DefaultGateway | undefined> {
  const routes = await readRoutes().catch(() => []);
  for (const { gatewayHost, interface: name } of [...routes].sort((a, b) => a.metric - b.metric)) {
    const ownHosts = hostsOf(name);
    const ownHost = ownHosts.find((host) => localHosts.length === 0 || localHosts.includes(host));
    if (ownHost !== undefined && addressScope(ownHost) === "private") return { gatewayHost, ownHost };
  }
  return undefined;
}

async function readRoutes(): Promise<readonly DefaultRoute[]> {
  const run = promisify(execFile);
  const options = { timeout: TOOL_TIMEOUT_MS, windowsHide: true };
  switch (process.platform) {
    case "linux":
      return parseLinuxRoutes(await readFile("/proc/net/route", "utf8"));
    case "win32":
      return parseWindowsRoutes((await run("route", ["print", "-4", "0.0.0.0"], options)).stdout);
    default:
      return parseBsdRoutes((await run("netstat", ["-rn", "-f", "inet"], options)).stdout);
  }
}

/** Our IPv4 addresses on an interface, or the address itself. */
function hostsOf(interfaceName: string): readonly string[] {
  if (addressBytes(interfaceName) !== undefined) return [interfaceName];
  const addresses = networkInterfaces()[interfaceName] ?? [];
  return addresses.filter(({ family }) => family === "IPv4").map(({ address }) => address);
}

/** Flag of a route that leads to a router (RTF_GATEWAY). */
const TO_GATEWAY = 2;

/** `/proc/net/route`: addresses in hex, as they lie in memory of a little-endian machine. */
export function parseLinuxRoutes(table: string): readonly DefaultRoute[] {
  return table.split("\n").flatMap((line) => {
    const [name = "", destination, gateway = "", flags = "", , , metric, mask] = line.split("\t");
    const isDefault = destination === "00000000" && mask === "00000000";
    if (!isDefault || (Number.parseInt(flags, 16) & TO_GATEWAY) === 0 || !/^[0-9A-F]{8}$/i.test(gateway))
      return [];
    const bytes = Uint8Array.from([6, 4, 2, 0], (at) => Number.parseInt(gateway.slice(at, at + 2), 16));
    return [{ gatewayHost: formatAddress(bytes), interface: name, metric: Number(metric) }];
  });
}

/** `netstat -rn` of macOS and the BSDs: the first is the best. */
export function parseBsdRoutes(table: string): readonly DefaultRoute[] {
  return table.split("\n").flatMap((line, row) => {
    const [, gatewayHost = "", rest = ""] = /^default\s+([0-9.]+)\s+(.*)$/.exec(line) ?? [];
    const name = rest.split(/\s+/).find((word) => /^[a-z]+\d+$/.test(word));
    return addressBytes(gatewayHost) === undefined || name === undefined
      ? []
      : [{ gatewayHost, interface: name, metric: row }];
  });
}

/** `route print` of Windows, in whatever language: destination, mask, gateway, our address, metric. */
export function parseWindowsRoutes(table: string): readonly DefaultRoute[] {
  return table.split("\n").flatMap((line) => {
    const [destination, mask, gatewayHost = "", own = "", metric] = line.trim().split(/\s+/);
    const isDefault = destination === "0.0.0.0" && mask === "0.0.0.0";
    return isDefault && addressBytes(gatewayHost) !== undefined && addressBytes(own) !== undefined
      ? [{ gatewayHost, interface: own, metric: Number(metric) }]
      : [];
  });
}
