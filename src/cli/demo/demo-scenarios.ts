/** All scenarios of `starling demo --scenario NAME`. */
import { ClientError } from "../../core/errors.ts";
import type { DemoScenario } from "./demo-scenario.ts";
import { allChoked } from "./scenarios/all-choked.ts";
import { diskFull } from "./scenarios/disk-full.ts";
import { flashCrowd } from "./scenarios/flash-crowd.ts";
import { noBootstrap } from "./scenarios/no-bootstrap.ts";
import { noSeed } from "./scenarios/no-seed.ts";
import { nobody } from "./scenarios/nobody.ts";
import { oneSource } from "./scenarios/one-source.ts";
import { poisoned } from "./scenarios/poisoned.ts";

const DEMO_SCENARIOS: readonly DemoScenario[] = [
  noSeed,
  oneSource,
  allChoked,
  poisoned,
  diskFull,
  noBootstrap,
  nobody,
  flashCrowd,
];

/** Throws `USAGE` with the names there are. */
export function demoScenario(name: string): DemoScenario {
  const found = DEMO_SCENARIOS.find((scenario) => scenario.name === name);
  if (found !== undefined) return found;
  throw new ClientError("USAGE", `There is no scenario "${name}".`, {
    hint: `Scenarios: ${DEMO_SCENARIOS.map((scenario) => scenario.name).join(", ")}.`,
  });
}
