import type { NetworkInterfaceInfo } from "node:os";
import { expect, test, vi } from "vitest";
import { endpoint } from "../../src/core/endpoint.ts";
import { EgressGuard } from "../../src/platform/egress-guard.ts";
import { InterfaceGate } from "../../src/platform/interface-gate.ts";

const address = (text: string, scopeid = 0): NetworkInterfaceInfo =>
  text.includes(":")
    ? { address: text, netmask: "", mac: "", internal: false, cidr: null, family: "IPv6", scopeid }
    : { address: text, netmask: "", mac: "", internal: false, cidr: null, family: "IPv4" };

const LAN = [address("192.168.1.7")];
const VPN = [address("fe80::1", 4), address("10.8.0.2"), address("2001:db8::2")];
const ELSEWHERE = endpoint("203.0.113.9", 6881);

test("an interface is found by its name, with an address of each family, or by one of its addresses", () => {
  const list = () => ({ eth0: LAN, wg0: VPN });
  expect(new InterfaceGate("wg0", list).hosts).toEqual(["10.8.0.2", "2001:db8::2"]);
  expect(new InterfaceGate("2001:db8::2", list)).toMatchObject({ name: "wg0", hosts: ["2001:db8::2"] });
});

test("one that is not there is refused with the names of those that are", () => {
  const missing = () => new InterfaceGate("tun7", () => ({ eth0: LAN, wg0: VPN }));
  expect(missing).toThrow(expect.objectContaining({ code: "ADDRESS_UNAVAILABLE" }));
  expect(missing).toThrow(expect.objectContaining({ hint: expect.stringContaining("eth0, wg0") }));
  expect(() => new InterfaceGate("fe", () => ({ fe: [address("fe80::1", 4)] }))).toThrow();
});

test("while it is gone, or has other addresses, nothing passes any seam; when it is back all does", async () => {
  let vpn: NetworkInterfaceInfo[] | undefined = VPN;
  const gate = new InterfaceGate("wg0", () => (vpn === undefined ? { eth0: LAN } : { eth0: LAN, wg0: vpn }));
  const guard = new EgressGuard({ isLoopbackOnly: false }).behind(gate);
  const passes = () => [
    guard.allows("udp", ELSEWHERE),
    guard.allows("tcp", ELSEWHERE),
    guard.allowsNameQuery(),
  ];
  const changes: boolean[] = [];
  gate.watch((isOpen) => changes.push(isOpen));
  expect(passes()).toEqual([true, true, true]);
  for (const now of [undefined, [address("10.8.0.99")], VPN]) {
    vpn = now;
    await vi.waitFor(() => expect(passes()).toEqual(Array(3).fill(now === VPN)));
  }
  await vi.waitFor(() => expect(changes).toEqual([false, true]));
  gate.close();
});

test("loopback only is kept behind a gate too", () => {
  const guard = new EgressGuard({ isLoopbackOnly: true }).behind(
    new InterfaceGate("wg0", () => ({ wg0: VPN })),
  );
  expect(guard.allows("udp", ELSEWHERE)).toBe(false);
});
