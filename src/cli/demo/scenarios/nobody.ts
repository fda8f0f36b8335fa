/** The DHT works, and nobody announces the hash. */
import { randomBytes } from "node:crypto";
import type { TorrentSource } from "../../../session/session-view.ts";
import type { DemoScenario } from "../demo-scenario.ts";

export const nobody: DemoScenario = {
  name: "nobody",
  summary: "the DHT is fine, but nobody announces this hash",
  // The second once our own announce is what the lookups find.
  expects: { codes: ["L2", "L3"], severity: "problem" },
  arrange: async () => ({ shared: undefined, source: unknownMagnet() }),
};

/** Of a torrent that has never been. */
export function unknownMagnet(): TorrentSource {
  const hash = randomBytes(20).toString("hex");
  return { kind: "magnet", text: `magnet:?xt=urn:btih:${hash}&dn=Something%20that%20nobody%20shares` };
}
