/** Nobody has everything: three peers share what they have, and the same few pieces are missing from all of them. */

import { magnetSource } from "../demo-kit.ts";
import type { DemoScenario } from "../demo-scenario.ts";

/** Every so many pieces one that nobody has. */
const GAP = 24;

export const noSeed: DemoScenario = {
  name: "no-seed",
  summary: "no seed is left, and some pieces are on no peer",
  expects: { codes: ["S1"], severity: "problem" },
  arrange: async (kit) => {
    const content = await kit.content();
    const folders = await Promise.all(
      [0, 1, 2].map((peer) => kit.copyOf(content, (piece) => piece % GAP !== 0 && (piece + peer) % 3 !== 0)),
    );
    return {
      shared: { metainfo: content.metainfo, peers: folders.map((folder) => ({ folder })) },
      source: magnetSource(content.metainfo),
    };
  },
};
