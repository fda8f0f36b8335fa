import { expect, test } from "vitest";
import { DEFAULT_PORT, parseNetworkOptions } from "../../src/cli/arguments/network-options.ts";

test("a command that only asks has no port mapped unless it is told to, others as the session decides", () => {
  expect(parseNetworkOptions({}, 0).portMapping).toBe(false);
  expect(parseNetworkOptions({}, DEFAULT_PORT).portMapping).toBeUndefined();
  expect(parseNetworkOptions({ portMapping: "on" }, 0).portMapping).toBe(true);
  expect(parseNetworkOptions({ portMapping: "off" }, DEFAULT_PORT).portMapping).toBe(false);
});

test("anything but on and off is refused by name", () => {
  expect(() => parseNetworkOptions({ portMapping: "maybe" }, 0)).toThrow(/--port-mapping: "maybe"/);
});
