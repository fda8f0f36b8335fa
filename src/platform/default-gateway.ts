/**
 * The routers of this machine, by its routing tables: Node does not tell. Linux shows the tables as files; elsewhere the
 * tools that every system has are asked, without a shell.
 */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { promisify } from "node:util";
import { addressScope } from "../core/address-profile.ts";
import { type AddressFamily, addressBytes } from "../core/endpoint.ts";
import {
  type DefaultRoute,
  parseBsdRoutes,
  parseLinuxRoutes,
  parseLinuxRoutes6,
  parseWindowsRoutes,
  parseWindowsRoutes6,
} from "./routing-tables.ts";

export interface DefaultGateway {
  /** Numeric; a link-local address has its zone, as sockets of Node want it. */
  readonly gatewayHost: string;
  /** Our address on the gateway's network. */
  readonly ownHost: string;
}

/** A table that takes longer than this is not worth waiting for. */
const TOOL_TIMEOUT_MS = 5_000;
/** Addresses of IPv6 for which the router is asked: one that stays, one or two that change daily (RFC 8981), one more. */
const MAX_OWN_HOSTS = 4;

/**
 * The best gateway over which a session goes that is bound to `localHosts` (empty = any address); undefined where there is none, or
 * where our own address there is one of the Internet, which needs no mapping. Never rejects.
 */
export async function findDefaultGateway(localHosts: readonly string[]): Promise<DefaultGateway | undefined> {
  for (const { gatewayHost, interface: name } of await routesOf(4)) {
    const ownHosts = hostsOf(name, 4);
    const ownHost = ownHosts.find((host) => localHosts.length === 0 || localHosts.includes(host));
    if (ownHost !== undefined && addressScope(ownHost) === "private") return { gatewayHost, ownHost };
  }
  return undefined;
}

/**
 * The same for IPv6, where routers translate nothing and may yet let nobody in: the best gateway, once for each address of the
 * Internet that we have on its network. Never rejects.
 */
export async function findIpv6Gateways(localHosts: readonly string[]): Promise<readonly DefaultGateway[]> {
  for (const { gatewayHost, interface: name } of await routesOf(6)) {
    const ownHosts = hostsOf(name, 6)
      .filter((host) => localHosts.length === 0 || localHosts.includes(host))
      .filter((host) => addressScope(host) === "public");
    const isLinkLocal = /^fe[89ab]/.test(gatewayHost);
    const zoned = isLinkLocal ? `${gatewayHost}%${name}` : gatewayHost;
    if (ownHosts.length > 0)
      return ownHosts.slice(0, MAX_OWN_HOSTS).map((ownHost) => ({ gatewayHost: zoned, ownHost }));
  }
  return [];
}

/** Best first. */
async function routesOf(family: AddressFamily): Promise<readonly DefaultRoute[]> {
  const routes = await readRoutes(family).catch(() => []);
  return [...routes].sort((a, b) => a.metric - b.metric);
}

async function readRoutes(family: AddressFamily): Promise<readonly DefaultRoute[]> {
  const run = promisify(execFile);
  const options = { timeout: TOOL_TIMEOUT_MS, windowsHide: true };
  const isV4 = family === 4;
  switch (process.platform) {
    case "linux":
      return isV4
        ? parseLinuxRoutes(await readFile("/proc/net/route", "utf8"))
        : parseLinuxRoutes6(await readFile("/proc/net/ipv6_route", "utf8"));
    case "win32":
      return isV4
        ? parseWindowsRoutes((await run("route", ["print", "-4", "0.0.0.0"], options)).stdout)
        : parseWindowsRoutes6((await run("route", ["print", "-6", "::/0"], options)).stdout);
    default:
      return parseBsdRoutes((await run("netstat", ["-rn", "-f", isV4 ? "inet" : "inet6"], options)).stdout);
  }
}

/** Our addresses on an interface that goes by its name, by our address there, or by its number. */
function hostsOf(name: string, family: AddressFamily): readonly string[] {
  if (addressBytes(name) !== undefined) return [name];
  const interfaces = networkInterfaces();
  // The number of an interface is the zone of its link-local addresses.
  const addresses = /^\d+$/.test(name)
    ? Object.values(interfaces).find((all) => all?.some(({ scopeid }) => scopeid === Number(name)))
    : interfaces[name];
  return (addresses ?? [])
    .filter((address) => address.family === `IPv${family}`)
    .map(({ address }) => address);
}
