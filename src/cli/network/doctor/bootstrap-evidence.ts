/** What `network doctor` found out about one address of a bootstrap node. */
import type { Endpoint } from "../../../core/endpoint.ts";
import type { Knock } from "../../../platform/index.ts";
import type { PrivateKey } from "../../../session/index.ts";

export interface BootstrapAnswer {
  readonly rttMs: number;
  /** Where the node sees us; undefined where it does not say. */
  readonly seenAs: Endpoint | undefined;
}

/** Looked for where a node does not answer as a member does. */
export interface SilenceEvidence {
  /** It answers as a node of mainline does, though the network is not a plain one. */
  readonly speaksPlain: boolean;
  /** It answers to one of the network's keys, and not to the one that is spoken. */
  readonly knownKey: PrivateKey | undefined;
  /** What is heard of its port over UDP and TCP, and of a port beside it that nobody uses. */
  readonly udp: Knock;
  readonly tcp: Knock;
  readonly unusedUdp: Knock;
}

export interface BootstrapEvidence {
  /** As the join string names it. */
  readonly name: string;
  /** Undefined where the name does not resolve. */
  readonly address: Endpoint | undefined;
  readonly answer: BootstrapAnswer | undefined;
  /** How far its clock is ahead of ours; undefined where that is not known, as in networks without a key. */
  readonly aheadMs: number | undefined;
  /** Where it is silent. */
  readonly silence: SilenceEvidence | undefined;
}
