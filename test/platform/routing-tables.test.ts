/** What the routing tables of three systems say about the way out. */
import { expect, test } from "vitest";
import {
  parseBsdRoutes,
  parseLinuxRoutes,
  parseLinuxRoutes6,
  parseWindowsRoutes,
  parseWindowsRoutes6,
} from "../../src/platform/routing-tables.ts";

test("Linux: a default route has a gateway, a network and its metric", () => {
  const table = [
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
    "wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0",
    "tun0\t00000000\t00000000\t0001\t0\t0\t50\t00000000\t0\t0\t0",
    "wlan0\t0001A8C0\t00000000\t0001\t0\t0\t600\t00FFFFFF\t0\t0\t0",
    "",
  ].join("\n");
  expect(parseLinuxRoutes(table)).toEqual([{ gatewayHost: "192.168.1.1", interface: "wlan0", metric: 600 }]);
});

test("Linux, IPv6: what is unreachable, on the link or ours is no way out", () => {
  const zeros = "0".repeat(32);
  const table = [
    `20010db8000000000000000000000000 40 ${zeros} 00 ${zeros} 00000100 00000001 00000000 00000001     eth0`,
    `${zeros} 00 ${zeros} 00 fe800000000000000000000000000001 00000400 00000005 00000000 00450003     eth0`,
    `${zeros} 00 ${zeros} 00 ${zeros} ffffffff 00000001 00000000 00200200       lo`,
    `fe800000000000000000000000000000 40 ${zeros} 00 ${zeros} 00000100 00000002 00000000 00000001     eth0`,
    "",
  ].join("\n");
  expect(parseLinuxRoutes6(table)).toEqual([{ gatewayHost: "fe80::1", interface: "eth0", metric: 1_024 }]);
  expect(parseLinuxRoutes6("")).toEqual([]);
});

test("macOS: the first default route with an address is the best, in either family", () => {
  const v4 = [
    "Routing tables",
    "",
    "Internet:",
    "Destination        Gateway            Flags               Netif Expire",
    "default            192.168.1.1        UGScg                 en0",
    "default            link#18            UCSIg           bridge100      !",
    "127                127.0.0.1          UCS                   lo0",
  ].join("\n");
  expect(parseBsdRoutes(v4)).toEqual([{ gatewayHost: "192.168.1.1", interface: "en0", metric: 4 }]);
  const v6 = [
    "Internet6:",
    "Destination                             Gateway                                 Flags               Netif Expire",
    "default                                 fe80::1%en0                             UGcg                  en0",
    "default                                 fe80::%utun0                            UGcIg               utun0",
    "::1                                     ::1                                     UHL                   lo0",
  ].join("\n");
  expect(parseBsdRoutes(v6)).toEqual([
    { gatewayHost: "fe80::1", interface: "en0", metric: 2 },
    { gatewayHost: "fe80::", interface: "utun0", metric: 3 },
  ]);
});

test("Windows: the interface is our address there, or its number for IPv6, in whatever language", () => {
  const v4 = [
    "IPv4-Routentabelle",
    "     Netzwerkziel    Netzwerkmaske          Gateway    Schnittstelle Metrik",
    "          0.0.0.0          0.0.0.0      192.168.1.1     192.168.1.20     35",
    "          0.0.0.0          0.0.0.0   Auf Verbindung         10.8.0.2      5",
  ].join("\r\n");
  expect(parseWindowsRoutes(v4)).toEqual([
    { gatewayHost: "192.168.1.1", interface: "192.168.1.20", metric: 35 },
  ]);
  const v6 = [
    "IPv6-Routentabelle",
    " If Metrik Netzwerkziel             Gateway",
    " 12    281 ::/0                     fe80::1",
    "  1    331 ::1/128                  Auf Verbindung",
    " 12    281 2001:db8::/64            Auf Verbindung",
  ].join("\r\n");
  expect(parseWindowsRoutes6(v6)).toEqual([{ gatewayHost: "fe80::1", interface: "12", metric: 281 }]);
});
