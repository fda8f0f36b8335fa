/** A peer whose disk went bad after it was checked: it believes its pieces are right, and they are not. */
import { magnetSource, spoilPieces } from "../demo-kit.ts";
import type { DemoScenario } from "../demo-scenario.ts";

/** So slow that the bad peer gets its chance to send. */
const SEED_BYTES_PER_SECOND: number = 256 * 2 ** 10;

export const poisoned: DemoScenario = {
  name: "poisoned",
  summary: "a peer sends damaged data",
  expects: { codes: ["E5"], severity: "notice" },
  arrange: async (kit) => {
    const content = await kit.content();
    const { metainfo } = content;
    const folder = await kit.copyOf(content, () => true);
    return {
      shared: {
        metainfo,
        peers: [{ folder }, { folder: content.folder, maxUpBytesPerSecond: SEED_BYTES_PER_SECOND }],
      },
      source: magnetSource(metainfo),
      spoil: () => spoilPieces({ metainfo, folder }, () => true),
    };
  },
};
