/** `starling network doctor`: whether this machine gets into a private network, and if not, why. Exit 1 when something is broken. */
import { ClientError } from "../../core/errors.ts";
import { profileOfNetwork } from "../../platform/index.ts";
import { type NetworkFlags, type NetworkOptions, parseNetworkOptions } from "../arguments/network-options.ts";
import { portOfProfile } from "../arguments/profile.ts";
import { broken, type Check, fine, warning } from "../doctor/check.ts";
import { neighbourhoodCheck } from "../doctor/network-checks.ts";
import { reportChecks } from "../doctor/report-checks.ts";
import { attachEngine } from "../engine/attach-engine.ts";
import type { OpenDhtNode } from "../engine/open-dht-node.ts";
import { openAsking } from "../network/doctor/ask-nodes.ts";
import { bootstrapVerdict } from "../network/doctor/bootstrap-verdict.ts";
import { gatherEvidence } from "../network/doctor/gather-evidence.ts";
import { clockCheck, definitionCheck, translatorCheck } from "../network/doctor/network-verdicts.ts";
import type { NetworkDefinition } from "../network/network-definition.ts";
import { networkNames, requireNetwork } from "../network/network-store.ts";
import type { Output } from "../output/output.ts";

interface DoctorFlags extends NetworkFlags {
  readonly timeout: string;
}

export async function runNetworkDoctor(
  operands: readonly string[],
  flags: DoctorFlags,
  output: Output,
): Promise<number> {
  const definition = requireNetwork(operands[0] ?? onlyNetwork());
  const profile = profileOfNetwork(definition.name);
  const network = parseNetworkOptions({ ...flags, network: definition.name }, portOfProfile(profile));
  const running = await attachEngine({ profile });
  running?.close();
  const { open, port } = await openNode(network, running !== undefined);
  try {
    const checks = await checksOf(open, network, definition, flags.timeout);
    return reportChecks([definitionCheck(definition, Date.now()), port, ...checks], output);
  } finally {
    await open.close();
  }
}

function onlyNetwork(): string {
  const names = networkNames();
  if (names.length === 1) return names[0] as string;
  throw new ClientError("USAGE", "Which network?", {
    hint:
      names.length === 0
        ? "You are in none: starling network create NAME makes one, starling network join enters one."
        : `You are in ${names.join(", ")}.`,
  });
}

/** At the port that this network's Starling has, or would have, so that others see what they will see of it. */
async function openNode(
  network: NetworkOptions,
  isRunning: boolean,
): Promise<{ readonly open: OpenDhtNode; readonly port: Check }> {
  const onAnyPort = () => openEvenAlone({ ...network, port: 0 });
  if (isRunning)
    return { open: await onAnyPort(), port: fine("port", "held by the Starling that runs in this network") };
  try {
    const open = await openEvenAlone(network);
    return { open, port: fine("port", `UDP ${open.listening} is free`) };
  } catch (error) {
    if (!(error instanceof ClientError) || error.code !== "PORT_IN_USE") throw error;
    const next = "Where that is dht serve of this network, all is well; else choose another one with --port.";
    return { open: await onAnyPort(), port: warning("port", error.message, next) };
  }
}

/** Names that do not resolve are something to report, and no reason to stop. */
function openEvenAlone(network: NetworkOptions): Promise<OpenDhtNode> {
  return openAsking(network).catch((error: unknown) => {
    if (!(error instanceof ClientError) || error.code !== "DHT_UNREACHABLE") throw error;
    return openAsking({ ...network, bootstrap: [] });
  });
}

async function checksOf(
  open: OpenDhtNode,
  network: NetworkOptions,
  definition: NetworkDefinition,
  timeout: string,
): Promise<readonly Check[]> {
  const found = await gatherEvidence(open, network, definition);
  const verdicts = found.map((one) => bootstrapVerdict(definition, one));
  if (found.length === 0)
    verdicts.push(
      warning(
        "bootstrap node",
        "the join string names none",
        `starling dht serve --network ${definition.name} on a machine that others reach, and --bootstrap when a network is made.`,
      ),
    );
  const hasAnswer = found.some(({ answer }) => answer !== undefined);
  const about = [clockCheck(definition, found), translatorCheck(open, found)].flatMap((check) => check ?? []);
  const dht = hasAnswer
    ? await neighbourhoodCheck(open, timeout, "The bootstrap nodes answer and name nobody: are they alone?")
    : broken("DHT", "nobody lets us in", "See the bootstrap nodes above.");
  return [...verdicts, ...about, ...(found.length === 0 ? [] : [dht])];
}
