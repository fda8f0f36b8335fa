/** Who can reach us, and what the router does about it. */
import type { MappingSnapshot, ReachabilitySnapshot } from "../../session/session-view.ts";
import type { Tone } from "../theme/themes.ts";

export interface ReachModel {
  readonly text: string;
  readonly tone: Tone;
  /** Empty where no router is asked. */
  readonly router: string;
}

const TONES: Readonly<Record<ReachabilitySnapshot["verdict"], Tone>> = {
  connected: "ok",
  dht: "plain",
  mapped: "plain",
  outgoing: "look",
  unknown: "dim",
};

const PROTOCOLS: Readonly<Record<NonNullable<MappingSnapshot["protocol"]>, string>> = {
  pcp: "PCP",
  "nat-pmp": "NAT-PMP",
  upnp: "UPnP",
};

export function buildReach({ verdict, sentence, mapping }: ReachabilitySnapshot): ReachModel {
  const router = [routerText(mapping), pinholeText(mapping)].filter((text) => text !== "").join("; ");
  return { text: sentence, tone: TONES[verdict], router };
}

function pinholeText({ pinholes }: MappingSnapshot): string {
  return pinholes.length === 0 ? "" : `lets others in over IPv6 to ${pinholes.join(", ")}`;
}

function routerText({
  state,
  protocol,
  gateway,
  tcpPort,
  udpPort,
  outsideHost,
  detail,
  pinholes,
}: MappingSnapshot): string {
  switch (state) {
    case "off":
      return "";
    case "searching":
      return "asked for the port, no answer yet";
    case "no-gateway":
      return pinholes.length > 0 ? "" : "there is none that could be asked for the port";
    case "silent":
      return `${gateway} does not map ports when asked`;
    case "refused":
      return `${gateway} maps no port: ${detail}`;
    case "mapped":
      return (
        `${gateway} maps ${tcpPort ?? udpPort}${protocol === null ? "" : ` (${PROTOCOLS[protocol]})`}` +
        (outsideHost === null ? "" : `, on the outside it is ${outsideHost}`)
      );
  }
}
