/** One seed and a crowd that has nothing yet: at first all that is missing must come from the one who has it. */
import { join } from "node:path";
import { magnetSource } from "../demo-kit.ts";
import type { DemoScenario } from "../demo-scenario.ts";

const CROWD = 6;
const SEED_BYTES_PER_SECOND: number = 768 * 2 ** 10;
const PEER_BYTES_PER_SECOND: number = 512 * 2 ** 10;

export const flashCrowd: DemoScenario = {
  name: "flash-crowd",
  summary: "one seed, and a crowd that wants all of it at once",
  expects: { codes: ["S5"], severity: "notice" },
  arrange: async (kit) => {
    const { metainfo, folder } = await kit.content();
    const crowd = Array.from({ length: CROWD }, (_, i) => ({
      folder: join(kit.folder, `crowd-${i + 1}`),
      isDownloading: true,
      maxUpBytesPerSecond: PEER_BYTES_PER_SECOND,
    }));
    return {
      shared: { metainfo, peers: [{ folder, maxUpBytesPerSecond: SEED_BYTES_PER_SECOND }, ...crowd] },
      source: magnetSource(metainfo),
    };
  },
};
