/** What the evidence about a bootstrap node means, and what to do. The first that fits is it. */
import { formatEndpoint } from "../../../core/endpoint.ts";
import { broken, type Check, fine } from "../../doctor/check.ts";
import { durationText } from "../../output/quantity-text.ts";
import { keyName } from "../key-name.ts";
import type { NetworkDefinition } from "../network-definition.ts";
import type { BootstrapEvidence, SilenceEvidence } from "./bootstrap-evidence.ts";

const NAME = "bootstrap node";

export function bootstrapVerdict(network: NetworkDefinition, found: BootstrapEvidence): Check {
  const { name, address, answer, aheadMs, silence } = found;
  if (address === undefined)
    return broken(
      NAME,
      `the name in ${name} does not resolve`,
      "Check the name, and that names resolve here at all.",
    );
  const where = placeText(name, formatEndpoint(address));
  if (answer !== undefined) return fine(NAME, `${where} answered in ${answer.rttMs.toFixed(1)} ms`);
  if (aheadMs !== undefined)
    return broken(
      NAME,
      `${where} answers only what is dated ${durationText(Math.abs(aheadMs))} ${aheadMs > 0 ? "later" : "earlier"}: a clock is wrong`,
      "Set the clock, here or there: members may differ by two minutes.",
    );
  return silence === undefined
    ? broken(NAME, `${where} does not answer`, "Try again.")
    : silenceVerdict(network, where, address.port, silence);
}

function silenceVerdict(
  network: NetworkDefinition,
  where: string,
  port: number,
  silence: SilenceEvidence,
): Check {
  const { name, mode } = network;
  const serve = `starling dht serve --network ${name} --port ${port}`;
  const { speaksPlain, knownKey, udp, tcp, unusedUdp } = silence;
  if (speaksPlain)
    return broken(
      NAME,
      `${where} answers as a node of a plain network, and ${name} is ${mode}: wrong mode`,
      `${serve} has to run there, not a node of another network.`,
    );
  if (knownKey !== undefined)
    return broken(
      NAME,
      `${where} answers to the key ${keyName(network, knownKey)} alone: it does not have the one that is spoken`,
      `Have it join again with what starling network show ${name} prints, and start it anew.`,
    );
  if (udp === "refused")
    return broken(NAME, `nobody listens on UDP ${where}: the machine refuses it`, `${serve} runs it there.`);
  const isThere = unusedUdp === "refused";
  if (isThere)
    return broken(
      NAME,
      `a program listens on UDP ${where} (other ports there are refused) and does not answer us: ${strangerText(mode)}`,
      compareText(network),
    );
  if (tcp !== "silent")
    return broken(
      NAME,
      `${where} says something over TCP and nothing over UDP: UDP is blocked on the way, or ${strangerText(mode)}`,
      `Let UDP to port ${port} through, and answers from it. If it is let through: ${compareText(network)}`,
    );
  return broken(
    NAME,
    `nothing at all comes from ${where}: the machine is off, the address is wrong, or all is blocked on the way`,
    `Check the address and the firewalls, and that ${serve} runs there.`,
  );
}

function strangerText(mode: NetworkDefinition["mode"]): string {
  if (mode === "sealed") return "it is of another network, or has another key";
  return mode === "open"
    ? "it is of another network, or of another mode"
    : "it is no DHT node, or of a network that is not plain";
}

function compareText(network: NetworkDefinition): string {
  const doctor = "starling network doctor";
  if (network.mode !== "sealed") return `Compare the id ${network.idHex} with what ${doctor} shows there.`;
  const names = (network.keys ?? []).map((key) => keyName(network, key)).join(", ");
  return `Compare id ${network.idHex} and key ${names} with what ${doctor} shows there; where they differ, join again.`;
}

function placeText(name: string, address: string): string {
  return name === address ? name : `${name} (${address})`;
}
