import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeBencode } from "../../src/core/bencode.ts";
import { utf8Bytes } from "../../src/core/bytes.ts";
import { endpoint } from "../../src/core/endpoint.ts";
import { nodeIdFrom } from "../../src/core/ids.ts";
import { decodeState, encodeState, MAX_SAVED_CONTACTS, type SavedState } from "../../src/dht/dht-state.ts";
import { hostileBytes } from "../support/byte-arbitraries.ts";
import { fuzzRuns } from "../support/fuzz-runs.ts";

const idOf = (i: number) => nodeIdFrom(new Uint8Array(20).fill(i));
const node = (i: number, host: string) => ({ id: idOf(i), endpoint: endpoint(host, 6880 + i) });
const STATE: SavedState = {
  4: { nodeId: idOf(1), contacts: [node(2, "1.2.3.4")], introductions: [node(5, "1.2.3.5")] },
  6: { nodeId: idOf(3), contacts: [node(4, "2001:db8::1")], introductions: [node(6, "2001:db8::2")] },
};

describe("the saved state", () => {
  test("reads back what was written", () => {
    expect(decodeState(encodeState(STATE))).toEqual({ ok: true, value: STATE });
  });

  test("holds at most 300 contacts a family", () => {
    const contacts = Array.from({ length: 500 }, (_, i) => ({
      id: idOf(i),
      endpoint: endpoint("1.2.3.4", 1 + i),
    }));
    const read = decodeState(
      encodeState({ ...STATE, 4: { nodeId: undefined, contacts, introductions: [] } }),
    );
    expect(read.ok && read.value[4].contacts.length).toBe(MAX_SAVED_CONTACTS);
    expect(read.ok && read.value[4].nodeId).toBeUndefined();
  });

  test.each([
    ["nothing", new Uint8Array(0)],
    ["text", utf8Bytes("hello")],
    ["no version", encodeBencode({ nodes: "" })],
    ["a later version", encodeBencode({ v: 2 })],
    ["a node list that is cut", encodeBencode({ v: 1, nodes: new Uint8Array(27) })],
    ["a list of introductions that is cut", encodeBencode({ v: 1, ring: new Uint8Array(25) })],
    ["bytes behind it", new Uint8Array([...encodeState(STATE), 0])],
  ])("refuses %s", (_what, bytes) => {
    expect(decodeState(bytes).ok).toBe(false);
  });

  test("never throws, PA19", () => {
    fc.assert(
      fc.property(hostileBytes([encodeState(STATE)]), (bytes) => {
        const state = decodeState(bytes);
        if (state.ok) expect(state.value[4].contacts.length).toBeLessThanOrEqual(MAX_SAVED_CONTACTS);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
