/** Queries of hosts that were never asked: they show that a node can be reached. */
import { expect, test } from "vitest";
import { AskedHosts } from "../../src/dht/asked-hosts.ts";

const MINUTE_MS = 60_000;

test("who was asked is no stranger for five minutes at least, and one after ten", () => {
  const asked = new AskedHosts();
  asked.note("80.0.0.1", MINUTE_MS);
  expect(asked.isStranger("80.0.0.2", MINUTE_MS)).toBe(true);
  expect(asked.isStranger("80.0.0.1", 5 * MINUTE_MS)).toBe(false);
  expect(asked.isStranger("80.0.0.1", 12 * MINUTE_MS)).toBe(true);
});

test("where more were asked than can be remembered nobody is called a stranger", () => {
  const asked = new AskedHosts();
  for (let host = 0; host < 5_000; host++) asked.note(`80.0.${host >> 8}.${host & 255}`, 0);
  expect(asked.isStranger("90.0.0.1", 0)).toBe(false);
  expect(asked.isStranger("90.0.0.1", 20 * MINUTE_MS)).toBe(true);
});
