/** `starling doctor`: looks at everything a transfer needs, each with what was seen and what to do. Exit 1 when something is broken. */
import { type NetworkFlags, parseNetworkOptions } from "../arguments/network-options.ts";
import { type ProfileFlags, parseEngineProfile, portOfProfile } from "../arguments/profile.ts";
import { folderChecks } from "../doctor/folder-checks.ts";
import { machineChecks } from "../doctor/machine-checks.ts";
import { networkChecks } from "../doctor/network-checks.ts";
import { reachCheck, routerCheck } from "../doctor/reach-checks.ts";
import { reportChecks } from "../doctor/report-checks.ts";
import { attachEngine } from "../engine/attach-engine.ts";
import type { Output } from "../output/output.ts";

interface DoctorFlags extends NetworkFlags, ProfileFlags {
  readonly timeout: string;
}

export async function runDoctor(
  _operands: readonly string[],
  flags: DoctorFlags,
  output: Output,
): Promise<number> {
  const profile = parseEngineProfile(flags);
  const network = parseNetworkOptions(flags, portOfProfile(profile));
  const running = await attachEngine({ profile });
  const reach = running?.getSnapshot().reachability;
  running?.close();
  const checks = [
    ...(await machineChecks()),
    ...(await folderChecks()),
    ...(await networkChecks(network, flags.timeout, running !== undefined)),
    reach === undefined ? await routerCheck(network) : reachCheck(reach),
  ];
  return reportChecks(checks, output);
}
