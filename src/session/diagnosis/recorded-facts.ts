/**
 * Facts for a recording, and back: without names, addresses and texts, and with what is the swarm's taken from a swarm
 * that is run again. So a replay can say what the session would have said.
 */
import type { SwarmView } from "../../wire/index.ts";
import { diagnose } from "./diagnosis.ts";
import type { DiagnosisFacts, PeerFacts } from "./diagnosis-facts.ts";

/** What a recording keeps beside the facts: what they alone say, without how long they have held. */
export interface RecordedFacts {
  readonly facts: DiagnosisFacts;
  readonly code: string;
}

export function recordedFacts(all: DiagnosisFacts): RecordedFacts {
  const facts = withoutNames(all);
  return { facts, code: diagnose(facts).code };
}

function withoutNames(facts: DiagnosisFacts): DiagnosisFacts {
  const { failure, net, dht, pieces } = facts;
  const { network: _, ...known } = dht;
  return {
    ...facts,
    failure: failure === undefined ? undefined : { code: failure.code, message: failure.code, hint: null },
    folder: "the folder",
    net: { ...net, reach: { verdict: net.reach.verdict, sentence: "" } },
    dht: {
      ...known,
      ...(dht.network == null ? {} : { network: { name: "private", mode: dht.network.mode } }),
      bootstrap: dht.bootstrap.map(({ state }, i) => ({ address: `node ${i + 1}`, state })),
    },
    pieces: { ...pieces, recentlyBanned: pieces.recentlyBanned.map((_, i) => `peer ${i + 1}`) },
  };
}

/** The facts with what the swarm shows put into their place. */
export function factsWithSwarm(facts: DiagnosisFacts, view: SwarmView): DiagnosisFacts {
  const { metadata, pieces, flow } = facts;
  return {
    ...facts,
    peers: swarmPeerFacts(view, facts.peers.hasIncoming),
    metadata: metadata === undefined ? undefined : { ...metadata, ratio: view.metadataRatio },
    pieces: {
      ...pieces,
      total: view.pieceCount,
      unavailable: view.unavailablePieces,
      reachableRatio: view.reachableRatio,
      copies: view.copies,
    },
    flow: { ...flow, ...swarmFlowFacts(view) },
  };
}

export function swarmPeerFacts({ counts }: SwarmView, hasIncoming: boolean): PeerFacts {
  return {
    candidates: counts.candidates,
    resting: counts.restingPeers,
    connecting: counts.connectingPeers,
    connected: counts.connectedPeers,
    connectedSeeds: counts.connectedSeeds,
    failedDials: counts.failedDials,
    timedOutDials: counts.dialFailures.timedOut,
    refusedDials: counts.dialFailures.refused,
    noHandshakeDials: counts.dialFailures.noHandshake,
    hasIncoming,
    interested: counts.interestedPeers,
  };
}

export function swarmFlowFacts(
  view: SwarmView,
): Pick<DiagnosisFacts["flow"], "hasReceived" | "sending" | "choking" | "snubbed" | "waitingForDisk"> {
  return {
    hasReceived: view.totals.downloadedBytes > 0,
    sending: view.activity.sending,
    choking: view.activity["chokes-us"],
    snubbed: view.activity.snubbed,
    waitingForDisk: view.activity["waiting-for-memory"],
  };
}
