/**
 * `starling dht simulate`: a DHT of thousands of nodes in virtual time, and how its lookups do. The report on stdout
 * depends on the options alone and is the same each time; how long it took on this machine goes to stderr.
 */
import { reportLines, simulateDht } from "../../sim/index.ts";
import { parseScenario, type ScenarioFlags } from "../arguments/scenario-options.ts";
import { EXIT_OK } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";

export function runDhtSimulate(
  _operands: readonly string[],
  flags: ScenarioFlags,
  output: Output,
): Promise<number> {
  const scenario = parseScenario(flags);
  const startedAt = process.hrtime.bigint();
  const secondsSoFar = (): number => Number(process.hrtime.bigint() - startedAt) / 1e9;
  const report = simulateDht(scenario, {
    onMinute: (minute, datagrams) => {
      if (process.stderr.isTTY)
        output.raw(
          `\r${minute} of ${scenario.minutes} minutes, ${datagrams} datagrams, ${secondsSoFar().toFixed(0)} s `,
        );
    },
  });
  if (process.stderr.isTTY) output.raw("\n");
  for (const line of reportLines(report)) output.result(line);
  output.json({ ok: true, ...report });
  output.note(wallLine(secondsSoFar(), report.datagrams));
  return Promise.resolve(EXIT_OK);
}

function wallLine(seconds: number, datagrams: number): string {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const processorSeconds = (userCPUTime + systemCPUTime) / 1e6;
  const perSecond = Math.round(datagrams / seconds);
  const microseconds = ((processorSeconds * 1e6) / datagrams).toFixed(2);
  return `on this machine: ${seconds.toFixed(1)} s, ${processorSeconds.toFixed(1)} s of processor, ${perSecond} messages a second, ${microseconds} us of processor a message, peak ${Math.round(maxRSS / 1_024)} MiB`;
}
