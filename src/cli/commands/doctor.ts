/** `starling doctor`: looks at everything a transfer needs, each with what was seen and what to do. Exit 1 when something is broken. */
import { type NetworkFlags, parseNetworkOptions } from "../arguments/network-options.ts";
import { type ProfileFlags, parseEngineProfile, portOfProfile } from "../arguments/profile.ts";
import type { Check } from "../doctor/check.ts";
import { folderChecks } from "../doctor/folder-checks.ts";
import { machineChecks } from "../doctor/machine-checks.ts";
import { networkChecks } from "../doctor/network-checks.ts";
import { attachEngine } from "../engine/attach-engine.ts";
import { EXIT_OK } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";

interface DoctorFlags extends NetworkFlags, ProfileFlags {
  readonly timeout: string;
}

const MARKS: Readonly<Record<Check["verdict"], string>> = { fine: "✓", warning: "!", broken: "✗" };

export async function runDoctor(
  _operands: readonly string[],
  flags: DoctorFlags,
  output: Output,
): Promise<number> {
  const profile = parseEngineProfile(flags);
  const network = parseNetworkOptions(flags, portOfProfile(profile));
  const running = await attachEngine({ profile });
  running?.close();
  const checks = [
    ...(await machineChecks()),
    ...(await folderChecks()),
    ...(await networkChecks(network, flags.timeout, running !== undefined)),
  ];
  for (const { name, verdict, evidence, next } of checks) {
    output.result(`${MARKS[verdict]} ${name.padEnd(21)}${evidence}`);
    if (next !== "") output.result(`  ${"".padEnd(21)}→ ${next}`);
  }
  const isWell = checks.every(({ verdict }) => verdict !== "broken");
  output.json({ ok: isWell, checks });
  return isWell ? EXIT_OK : 1;
}
