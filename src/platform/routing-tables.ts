/** Default routes in the routing tables of Linux, macOS and the BSDs, and Windows, of either address family. */
import { addressBytes, formatAddress } from "../core/endpoint.ts";

/** A way to everywhere. */
export interface DefaultRoute {
  /** Numeric; a link-local address of IPv6 has no zone here. */
  readonly gatewayHost: string;
  /** Name of the interface; on Windows our address there, and its number for IPv6. */
  readonly interface: string;
  readonly metric: number;
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

/** `/proc/net/ipv6_route`: numbers in hex, addresses in the order of the network. */
export function parseLinuxRoutes6(table: string): readonly DefaultRoute[] {
  return table.split("\n").flatMap((line) => {
    const [destination = "", prefix, , , gateway = "", metric = "", , , flags = "", name = ""] = line
      .trim()
      .split(/\s+/);
    const isDefault = /^0{32}$/.test(destination) && prefix === "00";
    const leadsOn = (Number.parseInt(flags, 16) & TO_GATEWAY) !== 0;
    if (!isDefault || !leadsOn || !/^[0-9a-f]{32}$/i.test(gateway)) return [];
    const bytes = Uint8Array.from({ length: 16 }, (_, i) =>
      Number.parseInt(gateway.slice(2 * i, 2 * i + 2), 16),
    );
    return [{ gatewayHost: formatAddress(bytes), interface: name, metric: Number.parseInt(metric, 16) }];
  });
}

/** `netstat -rn` of macOS and the BSDs, for one family: the first is the best. */
export function parseBsdRoutes(table: string): readonly DefaultRoute[] {
  return table.split("\n").flatMap((line, row) => {
    const [, gateway = "", rest = ""] = /^default\s+([0-9a-f.:]+)(?:%\S+)?\s+(.*)$/.exec(line) ?? [];
    const name = rest.split(/\s+/).find((word) => /^[a-z]+\d+$/.test(word));
    const bytes = addressBytes(gateway);
    return bytes === undefined || name === undefined
      ? []
      : [{ gatewayHost: formatAddress(bytes), interface: name, metric: row }];
  });
}

/** `route print -4` of Windows, in whatever language: destination, mask, gateway, our address, metric. */
export function parseWindowsRoutes(table: string): readonly DefaultRoute[] {
  return table.split("\n").flatMap((line) => {
    const [destination, mask, gatewayHost = "", own = "", metric] = line.trim().split(/\s+/);
    const isDefault = destination === "0.0.0.0" && mask === "0.0.0.0";
    return isDefault && addressBytes(gatewayHost) !== undefined && addressBytes(own) !== undefined
      ? [{ gatewayHost, interface: own, metric: Number(metric) }]
      : [];
  });
}

/** `route print -6`: number of the interface, metric, destination, gateway, the last in a line of its own where it is long. */
export function parseWindowsRoutes6(table: string): readonly DefaultRoute[] {
  const entry = /^\s*(\d+)\s+(\d+)\s+::\/0\s+([0-9a-f:]+)\s*$/gim;
  return [...table.matchAll(entry)].flatMap(([, number = "", metric, gateway = ""]) => {
    const bytes = addressBytes(gateway);
    return bytes === undefined
      ? []
      : [{ gatewayHost: formatAddress(bytes), interface: number, metric: Number(metric) }];
  });
}
