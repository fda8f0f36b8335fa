/** A DHT node that has found its neighbourhood, for commands that show what it found. */
import { type Endpoint, formatEndpoint } from "../../core/endpoint.ts";
import { ClientError } from "../../core/errors.ts";
import type { DhtEvent, DhtView } from "../../dht/index.ts";
import type { NetworkFlags } from "../arguments/network-options.ts";
import { parseDuration } from "../arguments/quantities.ts";
import type { OpenDhtNode } from "./open-dht-node.ts";
import { type QuestionOptions, withDhtNode } from "./with-dht-node.ts";

export interface JoinedNode extends OpenDhtNode {
  readonly view: DhtView;
  readonly contacts: number;
  readonly elapsedMs: number;
  /** The bootstrap nodes in the order they were named. */
  readonly bootstrap: readonly BootstrapAnswer[];
}

export interface BootstrapAnswer {
  readonly address: string;
  /** `asked`: neither an answer nor its absence was certain yet. */
  readonly state: "asked" | "answered" | "silent";
  readonly rttMs: number | null;
}

export interface JoinFlags extends NetworkFlags {
  readonly timeout?: string;
}

/** Joining takes a second or two; a network that has not let us in by now will not. */
const JOIN_LIMIT_MS = 15_000;

/** Goes on with what there is after `--timeout`. Rejects with DHT_UNREACHABLE when not one contact was found. */
export async function withJoinedNode<Result>(
  flags: JoinFlags,
  use: (joined: JoinedNode) => Promise<Result> | Result,
  options: QuestionOptions = {},
): Promise<Result> {
  const limitMs = flags.timeout === undefined ? JOIN_LIMIT_MS : parseDuration(flags.timeout, "--timeout");
  const answers = new Map<string, BootstrapAnswer>();
  let settle: () => void = () => {};
  const settled = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const onEvent = (event: DhtEvent): void => {
    const answer = answerOf(event);
    if (answer !== undefined) answers.set(answer.address, answer);
    if (event.kind === "joined") settle();
  };
  return await withDhtNode(
    flags,
    async (open) => {
      const { clock } = open.platform;
      const startedAtMs = clock.nowMs();
      using _limit = clock.setTimer(limitMs, settle);
      await settled;
      const view = open.node.view();
      const contacts = [view.v4, view.v6].reduce(
        (sum, v) => sum + (v?.goodContacts ?? 0) + (v?.doubtfulContacts ?? 0),
        0,
      );
      const bootstrap = open.bootstrapNodes.map((node) => answerFrom(node, answers));
      if (contacts === 0) throw nobody(bootstrap);
      return await use({ ...open, view, contacts, bootstrap, elapsedMs: clock.nowMs() - startedAtMs });
    },
    { ...options, onEvent },
  );
}

function answerOf(event: DhtEvent): BootstrapAnswer | undefined {
  if (event.kind === "bootstrap-answered")
    return { address: formatEndpoint(event.endpoint), state: "answered", rttMs: event.rttMs };
  if (event.kind === "bootstrap-silent")
    return { address: formatEndpoint(event.endpoint), state: "silent", rttMs: null };
  return undefined;
}

function answerFrom(node: Endpoint, answers: ReadonlyMap<string, BootstrapAnswer>): BootstrapAnswer {
  const address = formatEndpoint(node);
  return answers.get(address) ?? { address, state: "asked", rttMs: null };
}

function nobody(bootstrap: readonly BootstrapAnswer[]): ClientError {
  const addresses = bootstrap.map(({ address }) => address).join(", ");
  return new ClientError("DHT_UNREACHABLE", `No DHT node answers (asked ${addresses || "nobody"})`, {
    hint: "Check the connection, or name nodes that run with --bootstrap HOST:PORT.",
  });
}
