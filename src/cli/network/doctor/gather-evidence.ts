/** Gathers what can be found out about a network's bootstrap nodes; those that do not answer are looked at more closely. */
import { type Endpoint, formatEndpoint } from "../../../core/endpoint.ts";
import type { PrivateKey, PrivateNetwork } from "../../../session/index.ts";
import { parseHostPort } from "../../../session/index.ts";
import type { NetworkOptions } from "../../arguments/network-options.ts";
import type { OpenDhtNode } from "../../engine/open-dht-node.ts";
import type { NetworkDefinition } from "../network-definition.ts";
import { askNodes, askOnce } from "./ask-nodes.ts";
import type { BootstrapEvidence, SilenceEvidence } from "./bootstrap-evidence.ts";
import { searchClocks } from "./clock-search.ts";
import { PATIENT, type Patience } from "./patience.ts";

/** TCP port service multiplexer: nobody has run one for decades. */
const UNUSED_PORT = 1;

interface Found {
  readonly name: string;
  readonly address: Endpoint | undefined;
}

/** In the order of the join string. `open` is a node of `definition`. */
export async function gatherEvidence(
  open: OpenDhtNode,
  network: NetworkOptions,
  definition: NetworkDefinition,
  patience: Patience = PATIENT,
): Promise<readonly BootstrapEvidence[]> {
  const found = (await Promise.all(definition.bootstrap.map((name) => resolveName(open, name)))).flat();
  const nodes = found.flatMap(({ address }) => address ?? []);
  const clocks = new Map<string, number>();
  for (const socket of [open.sealing?.udp4, open.sealing?.udp6])
    if (socket !== undefined)
      socket.onMemberClock = (from, aheadMs) => clocks.set(formatEndpoint(from), aheadMs);
  const answers = await askNodes(open, nodes, patience);
  const silent = nodes.filter((node) => !answers.has(formatEndpoint(node)));
  const aside = { ...network, port: 0, bootstrap: [] };
  const [silences, searched] = await Promise.all([
    lookAtSilence(open, aside, definition, silent, patience),
    definition.mode === "sealed" ? searchClocks(aside, silent, patience) : new Map<string, number>(),
  ]);
  return found.map(({ name, address }) => {
    const key = address === undefined ? "" : formatEndpoint(address);
    return {
      name,
      address,
      answer: answers.get(key),
      aheadMs: searched.get(key) ?? clocks.get(key),
      silence: silences.get(key),
    };
  });
}

async function resolveName(open: OpenDhtNode, name: string): Promise<readonly Found[]> {
  const parsed = parseHostPort(name);
  const addresses = parsed === undefined ? [] : await open.platform.network.resolve(parsed.host, parsed.port);
  return addresses.length === 0
    ? [{ name, address: undefined }]
    : addresses.map((address) => ({ name, address }));
}

async function lookAtSilence(
  { platform }: OpenDhtNode,
  network: NetworkOptions,
  definition: NetworkDefinition,
  silent: readonly Endpoint[],
  patience: Patience,
): Promise<ReadonlyMap<string, SilenceEvidence>> {
  if (silent.length === 0) return new Map();
  const within = (privateNetwork: Omit<PrivateNetwork, "name">) =>
    askOnce({ ...network, privateNetwork: { ...definition, ...privateNetwork } }, silent, patience);
  const { idHex, mode } = definition;
  const ofPlain = mode === "plain" ? undefined : within({ idHex, mode: "plain", keys: undefined });
  const perKey = keysToTry(definition).map(async (key) => ({
    key,
    answers: await within({ idHex, mode, keys: [key] }),
  }));
  const plain = await ofPlain;
  const keys = await Promise.all(perKey);
  const { network: machine } = platform;
  const looked = silent.map(async (node): Promise<readonly [string, SilenceEvidence]> => {
    const text = formatEndpoint(node);
    const [udp, tcp, unusedUdp] = await Promise.all([
      machine.knock("udp", node, 2 * patience.answerMs),
      machine.knock("tcp", node, 2 * patience.answerMs),
      machine.knock("udp", { ...node, port: UNUSED_PORT }, 2 * patience.answerMs),
    ]);
    const knownKey = keys.find(({ answers }) => answers.has(text))?.key;
    return [text, { speaksPlain: plain?.has(text) === true, knownKey, udp, tcp, unusedUdp }];
  });
  return new Map(await Promise.all(looked));
}

/** While there are two, one of them alone may be what a node has. */
function keysToTry({ keys = [] }: NetworkDefinition): readonly PrivateKey[] {
  return keys.length < 2 ? [] : keys;
}
