/** The DHT in a few facts: are we in, how many nodes, does anybody answer, who let us in. */
import type { DhtSnapshot, TorrentSnapshot } from "../../session/session-view.ts";
import { formatCount, formatPercent } from "../format/quantities.ts";
import type { Tone } from "../theme/themes.ts";
import { buildDhtDetails, type DhtDetailsModel } from "./dht-details-model.ts";
import { countNodes, type Mark } from "./header-model.ts";

export interface DhtModel {
  /** "lab, sealed"; empty in the DHT that everybody is in. */
  readonly network: string;
  readonly mark: Mark;
  readonly headline: string;
  readonly explanation: string;
  readonly nodeId: string;
  readonly externalAddress: string;
  readonly good: string;
  readonly doubtful: string;
  readonly good6: string;
  /** 0 to 1 of a comfortable table, in tenths. */
  readonly fillRatio: number;
  readonly answered: string;
  readonly isAnsweredWell: boolean;
  readonly traffic: string;
  readonly work: string;
  readonly bootstrap: readonly { readonly address: string; readonly text: string; readonly tone: Tone }[];
  /** Null until a viewer's question for them is answered. */
  readonly details: DhtDetailsModel | null;
}

/** A search is reasonable from about this many nodes on (jech/dht, README). */
const COMFORTABLE_NODES = 30;
/** Fewer answers than this in the last 100 queries point to a filtered or dying network. */
const POOR_ANSWER_RATIO = 0.3;

export function buildDht(dht: DhtSnapshot, torrents: readonly TorrentSnapshot[] = []): DhtModel {
  const nodes = countNodes(dht);
  return {
    ...describeState(dht, nodes),
    network: dht.network === null ? "" : `${dht.network.name}, ${dht.network.mode}`,
    nodeId: dht.nodeId,
    externalAddress: dht.externalAddress ?? "not agreed on yet",
    good: formatCount(dht.goodNodes),
    doubtful: formatCount(dht.doubtfulNodes),
    good6: formatCount(dht.goodNodes6),
    fillRatio: Math.floor(Math.min(1, nodes / COMFORTABLE_NODES) * 10) / 10,
    answered: dht.answeredRatio === null ? "nothing asked yet" : formatPercent(dht.answeredRatio),
    isAnsweredWell: dht.answeredRatio === null || dht.answeredRatio >= POOR_ANSWER_RATIO,
    traffic: `${dht.queriesInPerSecond.toFixed(1)} queries in, ${dht.queriesOutPerSecond.toFixed(1)} out a second`,
    work: `${formatCount(dht.activeLookups)} running, ${formatCount(dht.storedPeers)} peers kept for others`,
    bootstrap: dht.bootstrap.map(({ address, state }) => ({ address, ...BOOTSTRAP_WORDS[state] })),
    details: buildDhtDetails(dht, torrents),
  };
}

const BOOTSTRAP_WORDS: Readonly<
  Record<DhtSnapshot["bootstrap"][number]["state"], { readonly text: string; readonly tone: Tone }>
> = {
  untried: { text: "not needed so far", tone: "dim" },
  asked: { text: "asked, no answer yet", tone: "look" },
  answered: { text: "answers", tone: "ok" },
  silent: { text: "does not answer (UDP blocked? node down?)", tone: "broken" },
  unresolved: { text: "name not found (DNS)", tone: "broken" },
};

function describeState(dht: DhtSnapshot, nodes: number): Pick<DhtModel, "mark" | "headline" | "explanation"> {
  const count = formatCount(nodes);
  switch (dht.state) {
    case "off":
      return {
        mark: "idle",
        headline: "off",
        explanation: "Peers are found by peer exchange and by hand only.",
      };
    case "bootstrapping":
      if (dht.bootstrap.length === 0 && nodes === 0) {
        return {
          mark: "bad",
          headline: "no way in",
          explanation:
            dht.network === null
              ? "No bootstrap node is set and no node is known; start with --bootstrap HOST:PORT."
              : `The join string of ${dht.network.name} names no bootstrap node; starling dht serve --network ${dht.network.name} runs one.`,
        };
      }
      return {
        mark: "idle",
        headline: "looking for a way in",
        explanation: "Asking the bootstrap nodes for others.",
      };
    case "joining":
      return {
        mark: "weak",
        headline: `joining, ${count} nodes`,
        explanation: "Getting to know more nodes; lookups work already.",
      };
    case "joined":
      return {
        mark: "good",
        headline: `joined, ${count} nodes`,
        explanation: "Peers can be found by info-hash, without a tracker.",
      };
    case "lost":
      return {
        mark: "bad",
        headline: "contact lost",
        explanation: "Nobody answers any more (sleep? VPN? cable?). Trying to get back in.",
      };
  }
}
