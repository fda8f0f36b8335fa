/** What the answers of a network's nodes say about this machine: its clock, and how others see it. Pure. */
import { type Endpoint, formatEndpoint } from "../../../core/endpoint.ts";
import { broken, type Check, fine, warning } from "../../doctor/check.ts";
import { durationText } from "../../output/quantity-text.ts";
import { keyName } from "../key-name.ts";
import type { NetworkDefinition } from "../network-definition.ts";
import type { BootstrapEvidence } from "./bootstrap-evidence.ts";

/** Half of what members take: a clock that drifts will be there soon. */
const DOUBTFUL_SKEW_MS = 60_000;
const MAX_SKEW_MS = 120_000;

export function definitionCheck(network: NetworkDefinition, nowUnixMs: number): Check {
  const { name, mode, idHex, keys = [] } = network;
  const shown = keys.map((key) => {
    const isSpoken = key.fromUnixMs <= nowUnixMs;
    return `key ${keyName(network, key)}${isSpoken ? "" : ` from ${new Date(key.fromUnixMs).toISOString().slice(0, 16)}Z`}`;
  });
  return fine("network", [`${name}: ${mode}, id ${idHex}`, ...shown].join(", "));
}

/** Undefined in a network without a key, whose nodes do not say what time it is. */
export function clockCheck(
  network: NetworkDefinition,
  found: readonly BootstrapEvidence[],
): Check | undefined {
  if (network.mode !== "sealed") return undefined;
  const skews = found.flatMap(({ aheadMs }) => aheadMs ?? []);
  if (skews.length === 0) return warning("clock", "no member answered that it could be compared with", "");
  const farthest = skews.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
  const isOurs = skews.every((skew) => Math.abs(skew - farthest) < DOUBTFUL_SKEW_MS) && skews.length > 1;
  const evidence = `members are ${skewText(farthest)}${isOurs ? ", all of them" : ""}`;
  const next = "Have the clocks set over the network (NTP): members may differ by two minutes.";
  if (Math.abs(farthest) > MAX_SKEW_MS) return broken("clock", evidence, next);
  return Math.abs(farthest) > DOUBTFUL_SKEW_MS
    ? warning("clock", evidence, next)
    : fine("clock", `members agree within ${Math.ceil((Math.abs(farthest) + 1) / 1_000)} s`);
}

function skewText(aheadMs: number): string {
  return `${durationText(Math.abs(aheadMs))} ${aheadMs > 0 ? "ahead of" : "behind"} this machine`;
}

/** What stands between us and the nodes that answered, by the addresses that they see us at; undefined where nobody says. */
export function translatorCheck(
  local: { readonly port: number; isOwnHost(host: string): boolean },
  found: readonly BootstrapEvidence[],
): Check | undefined {
  const seen = found.flatMap(({ address, answer }) =>
    answer?.seenAs === undefined || address === undefined ? [] : [{ by: address, as: answer.seenAs }],
  );
  const [first] = seen;
  if (first === undefined) return undefined;
  const others = seen.filter(({ as }) => as.family === first.as.family);
  const views = new Set(others.map(({ as }) => formatEndpoint(as)));
  if (views.size > 1)
    return warning(
      "translator",
      `each node sees another address: ${others.map(({ by, as }) => `${formatEndpoint(by)} sees ${formatEndpoint(as)}`).join(", ")} (symmetric)`,
      "Peers cannot call this machine. Forward a port to it and give that with --port.",
    );
  const text = formatEndpoint(first.as);
  if (local.isOwnHost(first.as.host))
    return fine("translator", `none: ${countText(others)} us at ${text}, our own address`);
  const isPortKept = first.as.port === local.port;
  const kind = others.length > 1 ? "the same for every node" : "one node alone cannot tell of which kind";
  return isPortKept
    ? fine("translator", `${countText(others)} us at ${text}, with our port (${kind})`)
    : warning(
        "translator",
        `${countText(others)} us at ${text}, not at our port ${local.port} (${kind})`,
        "Who has not heard of us cannot call us. Forward a UDP and TCP port to this machine and give it with --port.",
      );
}

function countText(seen: readonly { readonly by: Endpoint }[]): string {
  return seen.length === 1
    ? `${formatEndpoint((seen[0] as { by: Endpoint }).by)} sees`
    : `${seen.length} nodes see`;
}
