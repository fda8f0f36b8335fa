/** The nodes that we were told to start from do not answer, so nobody of the DHT is ever met. */
import type { DemoScenario } from "../demo-scenario.ts";
import { unknownMagnet } from "./nobody.ts";

/** Loopback addresses at which nothing listens: port 1 belongs to no program that runs today. */
const SILENT: readonly string[] = ["127.0.77.250:1", "127.0.77.251:1"];

export const noBootstrap: DemoScenario = {
  name: "no-bootstrap",
  summary: "no bootstrap node answers",
  expects: { codes: ["D2"], severity: "problem" },
  arrange: async () => ({ shared: undefined, source: unknownMagnet(), bootstrap: SILENT }),
};
