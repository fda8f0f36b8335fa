/** Three seeds have everything and let nobody download, as seeds do whose slots are all taken. */
import { magnetSource } from "../demo-kit.ts";
import type { DemoScenario } from "../demo-scenario.ts";

export const allChoked: DemoScenario = {
  name: "all-choked",
  summary: "everybody who has the data chokes us (said after a minute of it)",
  expects: { codes: ["S2"], severity: "problem" },
  arrange: async (kit) => {
    const { metainfo, folder } = await kit.content();
    const choking = { folder, uploadSlots: 0 };
    return { shared: { metainfo, peers: [choking, choking, choking] }, source: magnetSource(metainfo) };
  },
};
