import { describe, expect, test } from "vitest";
import { addressScope, mayContact, partyKey, subnetKey } from "../../src/core/address-profile.ts";
import { endpoint } from "../../src/core/endpoint.ts";

describe("the scope of an address", () => {
  test.each([
    ["8.8.8.8", "public"],
    ["172.15.0.1", "public"],
    ["172.32.0.1", "public"],
    ["100.63.0.1", "public"],
    ["100.128.0.1", "public"],
    ["2a00:1450::1", "public"],
    ["::ffff:8.8.8.8", "public"],
    ["10.1.2.3", "private"],
    ["172.16.0.1", "private"],
    ["172.31.255.255", "private"],
    ["192.168.0.1", "private"],
    ["169.254.1.1", "private"],
    ["100.64.0.1", "private"],
    ["fc00::1", "private"],
    ["fdff::1", "private"],
    ["fe80::1", "private"],
    ["127.0.0.1", "loopback"],
    ["127.255.0.9", "loopback"],
    ["::1", "loopback"],
    ["::ffff:127.0.0.1", "loopback"],
    ["0.0.0.0", "unroutable"],
    ["224.0.0.1", "unroutable"],
    ["240.0.0.1", "unroutable"],
    ["255.255.255.255", "unroutable"],
    ["192.0.2.1", "unroutable"],
    ["198.51.100.7", "unroutable"],
    ["203.0.113.9", "unroutable"],
    ["::", "unroutable"],
    ["ff02::1", "unroutable"],
    ["2001:db8::1", "unroutable"],
    ["not an address", "unroutable"],
  ])("%s is %s", (host, scope) => {
    expect(addressScope(host)).toBe(scope);
  });
});

describe("a profile", () => {
  const contacts = ["8.8.8.8", "192.168.1.1", "127.0.0.1", "224.0.0.1"].map((host) => endpoint(host, 6881));

  test.each([
    ["public", [true, false, false, false]],
    ["lan", [true, true, true, false]],
    ["loopback", [false, true, true, false]],
  ] as const)("%s contacts what it should", (profile, expected) => {
    expect(contacts.map((contact) => mayContact(profile, contact))).toEqual(expected);
  });

  test("never contacts port 0", () => {
    expect(mayContact("public", endpoint("8.8.8.8", 0))).toBe(false);
  });

  test("counts parties by address in public, by address and port elsewhere", () => {
    const [a, b] = [endpoint("8.8.8.8", 1), endpoint("8.8.8.8", 2)];
    expect(partyKey("public", a)).toBe(partyKey("public", b));
    expect(partyKey("lan", a)).not.toBe(partyKey("lan", b));
    expect(partyKey("loopback", a)).not.toBe(partyKey("loopback", b));
  });

  test("takes a /24 and a /64 for one operator", () => {
    const key = (host: string) => subnetKey(endpoint(host, 1));
    expect(key("1.2.3.4")).toBe(key("1.2.3.250"));
    expect(key("1.2.3.4")).not.toBe(key("1.2.4.4"));
    expect(key("2a00::1")).toBe(key("2a00:0:0:0:ffff::9"));
    expect(key("2a00::1")).not.toBe(key("2a00:0:0:1::1"));
  });
});
