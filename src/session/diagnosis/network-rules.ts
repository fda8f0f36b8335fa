/** N, D, L: why no peer is found. They are the reason only while no peer is connected. */
import type { DiagnosisFacts } from "./diagnosis-facts.ts";
import { type DiagnosisRule, type DiagnosisText, needsPeers } from "./diagnosis-rule.ts";
import { countText, durationText, groupedDigits } from "./figures.ts";

/** dashboard list, D2: a router that answers does so well within this. */
const BOOTSTRAP_PATIENCE_MS = 15_000;

/** dashboard list, N3. */
const UDP_PATIENCE_MS = 30_000;

function usesNetwork(facts: DiagnosisFacts): boolean {
  return needsPeers(facts) || facts.phase === "seeding";
}

/** Much was sent and nothing ever came back. */
function isUdpSilent({ dht }: DiagnosisFacts): boolean {
  const nothingCame = dht.repliesIn === 0 && dht.foreignIn === 0;
  return dht.enabled && dht.queriesOut > 0 && nothingCame && dht.runningMs >= UDP_PATIENCE_MS;
}

/** Finding peers is what the torrent waits for. */
function isAlone(facts: DiagnosisFacts): boolean {
  const { candidates, resting, connecting, connected } = facts.peers;
  return needsPeers(facts) && candidates + resting + connecting + connected === 0;
}

export const NETWORK_RULES: readonly DiagnosisRule[] = [
  {
    code: "N1",
    stage: "net",
    severity: "problem",
    when: (facts) => usesNetwork(facts) && !facts.net.isUp,
    say: () => ({
      sentence: "No network interface is up.",
      remedy: "It goes on by itself when the machine is connected again.",
    }),
  },
  {
    code: "N3",
    stage: "net",
    severity: "problem",
    when: (facts) => isAlone(facts) && isUdpSilent(facts) && facts.net.hasTcp,
    say: ({ dht }) => ({
      sentence: `UDP seems blocked: ${countText(dht.queriesOut, "packet", "packets")} sent, nothing came back.`,
      evidence: ["Connections over TCP work.", ...bootstrapLines(dht.bootstrap)],
      remedy: "The DHT needs UDP: let it through the firewall, or add peers by their addresses.",
    }),
  },
  {
    code: "D6",
    stage: "dht",
    severity: "problem",
    when: (facts) => isAlone(facts) && !facts.dht.enabled,
    say: () => ({
      sentence: "The DHT is switched off and no peer is known.",
      remedy: "Add a peer by its address, or switch the DHT on.",
    }),
  },
  {
    code: "D1",
    stage: "dht",
    severity: "problem",
    when: (facts) => isAlone(facts) && facts.dht.knownNodes === 0 && facts.dht.bootstrap.length === 0,
    say: sayNoWayIn,
  },
  {
    code: "D3",
    stage: "dht",
    severity: "problem",
    when: (facts) => isAlone(facts) && facts.dht.knownNodes === 0 && facts.dht.foreignIn > 0,
    say: ({ dht }) => ({
      sentence: "Whoever answers belongs to another DHT network than yours.",
      evidence: [
        `${countText(dht.foreignIn, "message", "messages")} of another network or key dropped.`,
        ...bootstrapLines(dht.bootstrap),
      ],
      remedy:
        "starling network doctor says what differs; compare there what the others joined, and name bootstrap nodes of that network.",
    }),
  },
  {
    code: "D2",
    stage: "dht",
    severity: "problem",
    when: (facts) =>
      isAlone(facts) && facts.dht.knownNodes === 0 && facts.dht.state !== "lost" && isBootstrapSilent(facts),
    say: sayBootstrapSilent,
  },
  {
    code: "D5",
    stage: "dht",
    severity: "problem",
    when: (facts) => isAlone(facts) && facts.dht.state === "lost",
    say: ({ dht }) => ({
      sentence: "Lost contact with the DHT (sleep, network change?).",
      evidence: bootstrapLines(dht.bootstrap),
      remedy: "Joining again goes on by itself.",
    }),
  },
  {
    code: "D4",
    stage: "dht",
    severity: "notice",
    when: (facts) => isAlone(facts) && facts.dht.state !== "joined" && facts.lookups.finished === 0,
    say: ({ dht }) => ({
      sentence: `Joining the DHT: ${countText(dht.knownNodes, "node", "nodes")} so far, usually done within 20 s.`,
      evidence: bootstrapLines(dht.bootstrap),
    }),
  },
  {
    code: "L3",
    stage: "peers",
    severity: "problem",
    when: (facts) => isAlone(facts) && facts.lookups.finished > 0 && facts.lookups.foundOnlyUs,
    say: ({ lookups }) => ({
      sentence: "Only you announce this hash.",
      remedy: nextLook(lookups.nextInMs),
    }),
  },
  {
    code: "L2",
    stage: "peers",
    severity: "problem",
    when: (facts) => isAlone(facts) && facts.lookups.finished > 0,
    say: sayNobody,
  },
  {
    code: "L1",
    stage: "peers",
    severity: "notice",
    when: isAlone,
    say: ({ dht }) => ({
      sentence: `Looking for peers in the DHT (${countText(dht.goodNodes, "node", "nodes")}).`,
    }),
  },
];

/** Everybody asked has had time to answer, or has no address. */
function isBootstrapSilent({ dht }: DiagnosisFacts): boolean {
  if (dht.bootstrap.some((node) => node.state === "answered")) return false;
  const areAllHopeless = dht.bootstrap.every(
    (node) => node.state === "silent" || node.state === "unresolved",
  );
  return areAllHopeless || dht.runningMs >= BOOTSTRAP_PATIENCE_MS;
}

function sayNoWayIn({ dht }: DiagnosisFacts): DiagnosisText {
  const sentence = "No bootstrap node is set, and nobody of the DHT is known from before.";
  if (dht.network == null)
    return {
      sentence,
      remedy: "Name a node that runs with --bootstrap HOST:PORT, or add a peer by its address.",
    };
  const { name } = dht.network;
  return {
    sentence: `Nobody of the network ${name} is known, and its join string names no bootstrap node.`,
    remedy: `Join again with a string that names one that runs (starling dht serve --network ${name}), or add a peer by its address.`,
  };
}

function sayBootstrapSilent({ dht }: DiagnosisFacts) {
  const count = dht.bootstrap.length;
  const areUnresolved = dht.bootstrap.every((node) => node.state === "unresolved");
  const who =
    count === 1 ? "Your only bootstrap node" : `None of your ${groupedDigits(count)} bootstrap nodes`;
  const names =
    count === 1
      ? "The name of your only bootstrap node"
      : `The names of your ${groupedDigits(count)} bootstrap nodes`;
  return {
    sentence: areUnresolved
      ? `${names} cannot be resolved, so no peers can be found.`
      : `${who} ${count === 1 ? "does not answer" : "answers"}, so no peers can be found.`,
    evidence: bootstrapLines(dht.bootstrap),
    remedy: "Tried again by itself. UDP may be blocked, or name other nodes with --bootstrap HOST:PORT.",
  };
}

function bootstrapLines(bootstrap: DiagnosisFacts["dht"]["bootstrap"]): readonly string[] {
  const words = {
    untried: "not asked yet",
    asked: "asked, no answer yet",
    answered: "answered",
    silent: "no reply",
    unresolved: "name not found (DNS)",
  } as const;
  return bootstrap.map((node) => `${node.address}: ${words[node.state]}`);
}

function sayNobody({ dht, lookups, ignoredWebSeeds }: DiagnosisFacts) {
  return {
    sentence:
      dht.knownNodes === 0
        ? "No DHT node is reachable, so no peers can be found."
        : `The DHT is fine (${countText(dht.knownNodes, "node", "nodes")}), but nobody announces this hash.`,
    evidence: [
      `${countText(lookups.finished, "lookup has", "lookups have")} ended without a peer.`,
      ...webSeedLine(ignoredWebSeeds),
    ],
    remedy: nextLook(lookups.nextInMs),
  };
}

/** Decision 4: web seeds are not used, and that is said where nobody else has the data. */
export function webSeedLine(ignoredWebSeeds: number): readonly string[] {
  return ignoredWebSeeds === 0
    ? []
    : [
        `${countText(ignoredWebSeeds, "web server", "web servers")} named by the torrent ${ignoredWebSeeds === 1 ? "is" : "are"} not used.`,
      ];
}

function nextLook(nextInMs: number | undefined): string {
  return nextInMs === undefined ? "Looking again by itself." : `Next look in ${durationText(nextInMs)}.`;
}
