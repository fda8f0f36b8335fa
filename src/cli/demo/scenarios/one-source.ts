/** Three fast peers lack a part that only one slow seed has. */
import { magnetSource } from "../demo-kit.ts";
import type { DemoScenario } from "../demo-scenario.ts";

/** Pieces from this number on are the seed's alone: three quarters of the content are on the fast peers. */
const FIRST_RARE_RATIO = 0.75;
const SEED_BYTES_PER_SECOND: number = 64 * 2 ** 10;
const OTHERS_BYTES_PER_SECOND: number = 192 * 2 ** 10;

export const oneSource: DemoScenario = {
  name: "one-source",
  summary: "a part of it exists on one slow peer only",
  expects: { codes: ["S5"], severity: "notice" },
  arrange: async (kit) => {
    const content = await kit.content();
    const firstRare = FIRST_RARE_RATIO * content.metainfo.pieceMap.pieceCount;
    const folder = await kit.copyOf(content, (piece) => piece < firstRare);
    const other = { folder, maxUpBytesPerSecond: OTHERS_BYTES_PER_SECOND };
    return {
      shared: {
        metainfo: content.metainfo,
        peers: [{ folder: content.folder, maxUpBytesPerSecond: SEED_BYTES_PER_SECOND }, other, other, other],
      },
      source: magnetSource(content.metainfo),
    };
  },
};
