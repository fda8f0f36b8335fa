/** The DHT as viewers see it. */
import type { DhtBucketView, DhtLookupView, DhtState, DhtView } from "../../dht/index.ts";
import type { DhtFacts } from "../diagnosis/diagnosis-facts.ts";
import type { SessionDht } from "../session-dht.ts";
import type {
  DhtBucketSnapshot,
  DhtDetails,
  DhtLookupSnapshot,
  DhtLookupTimesSnapshot,
  DhtSnapshot,
} from "../session-view.ts";
import { roundedFrequency, roundedHundredths, roundedRate, roundedSeconds } from "./rounding.ts";

const OFF: DhtSnapshot = {
  enabled: false,
  network: null,
  nodeId: "",
  state: "off",
  goodNodes: 0,
  doubtfulNodes: 0,
  goodNodes6: 0,
  queriesInPerSecond: 0,
  queriesOutPerSecond: 0,
  answeredRatio: null,
  activeLookups: 0,
  storedPeers: 0,
  bootstrap: [],
  externalAddress: null,
  details: null,
};

export function dhtSnapshot(dht: SessionDht | undefined, wantsDetails: boolean): DhtSnapshot {
  if (dht === undefined) return OFF;
  const view = dht.node.view();
  const { v4, v6 } = view;
  return {
    enabled: true,
    network: dht.network,
    nodeId: view.nodeId,
    state: stateOf(view.state),
    goodNodes: v4?.goodContacts ?? 0,
    doubtfulNodes: doubtfulNodes(view),
    goodNodes6: v6?.goodContacts ?? 0,
    queriesInPerSecond: roundedFrequency(view.queriesInPerSecond),
    queriesOutPerSecond: roundedFrequency(view.queriesOutPerSecond),
    answeredRatio: view.answeredRatio === null ? null : roundedHundredths(view.answeredRatio),
    activeLookups: view.activeLookups,
    storedPeers: (v4?.storedPeers ?? 0) + (v6?.storedPeers ?? 0),
    bootstrap: dht.bootstrap.view(),
    externalAddress: v4?.externalHost ?? v6?.externalHost ?? null,
    details: wantsDetails ? detailsOf(view) : null,
  };
}

/** The same for the diagnosis. */
export function dhtFacts(dht: SessionDht | undefined, nowMs: number): DhtFacts {
  const shown = dhtSnapshot(dht, false);
  const totals = dht?.node.view().totals;
  const goodNodes = shown.goodNodes + shown.goodNodes6;
  return {
    enabled: shown.enabled,
    state: shown.state,
    goodNodes,
    knownNodes: goodNodes + shown.doubtfulNodes,
    bootstrap: shown.bootstrap,
    queriesOut: totals?.queriesOut ?? 0,
    repliesIn: totals?.repliesIn ?? 0,
    network: shown.network,
    foreignIn: (totals?.foreignIn ?? 0) + (dht?.refusedForeign ?? 0),
    runningMs: nowMs - (dht?.startedAtMs ?? nowMs),
  };
}

function roundedDurations(
  durations: DhtView["lookupTimes"]["wholeLookupMs"],
): DhtLookupTimesSnapshot["wholeLookupMs"] {
  return durations === null ? null : { p50: Math.round(durations.p50), p99: Math.round(durations.p99) };
}

function detailsOf(view: DhtView): DhtDetails {
  const { v4, v6, totals } = view;
  const family = v4 ?? v6;
  return {
    badNodes: (v4?.badContacts ?? 0) + (v6?.badContacts ?? 0),
    estimatedNodes: family?.estimatedNodes ?? null,
    buckets: (family?.buckets ?? []).map(bucketSnapshot),
    keyspace: family?.keyspace ?? [],
    lookups: view.lookups.map(lookupSnapshot),
    waitingLookups: view.waitingLookups,
    lookupTimes: {
      lookups: view.lookupTimes.lookups,
      firstPeersMs: roundedDurations(view.lookupTimes.firstPeersMs),
      wholeLookupMs: roundedDurations(view.lookupTimes.wholeLookupMs),
    },
    bytesInPerSecond: roundedRate(view.bytesInPerSecond),
    bytesOutPerSecond: roundedRate(view.bytesOutPerSecond),
    medianRttMs: view.medianRttMs === null ? null : Math.round(view.medianRttMs),
    queriesIn: totals.queriesIn,
    timeouts: totals.timeouts,
    limitedIn: totals.limitedIn,
    storedHashes: (v4?.storedHashes ?? 0) + (v6?.storedHashes ?? 0),
    announcedHashes: view.announcedHashes,
    readOnly: view.readOnly,
  };
}

function bucketSnapshot(bucket: DhtBucketView): DhtBucketSnapshot {
  const { sharedBits, capacity, good, doubtful, bad, replacements, medianRttMs, lastHeardMs } = bucket;
  return {
    sharedBits,
    capacity,
    good,
    doubtful,
    bad,
    reserves: replacements,
    medianRttMs: medianRttMs === null ? null : Math.round(medianRttMs),
    lastHeardSeconds: lastHeardMs === null ? null : roundedSeconds(lastHeardMs / 1000),
  };
}

function lookupSnapshot(lookup: DhtLookupView): DhtLookupSnapshot {
  const { targetHex, purpose, elapsedMs, asked, answered, timedOut, peersFound, closestBits } = lookup;
  const elapsedSeconds = Math.round(elapsedMs / 100) / 10;
  return { target: targetHex, purpose, elapsedSeconds, asked, answered, timedOut, peersFound, closestBits };
}

function doubtfulNodes({ v4, v6 }: DhtView): number {
  return (v4?.doubtfulContacts ?? 0) + (v6?.doubtfulContacts ?? 0);
}

function stateOf(state: DhtState): DhtSnapshot["state"] {
  if (state === "idle" || state === "closed") return "off";
  return state;
}
