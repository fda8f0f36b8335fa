/** The snapshot of the whole session, and the facts of it that every torrent is judged by. */
import type { WireView } from "../../wire/index.ts";
import type { MachineWatch } from "../machine-watch.ts";
import type { SessionDht } from "../session-dht.ts";
import {
  DHT_DETAILS,
  type LogLine,
  PROTOCOL_VERSION,
  type ReachabilitySnapshot,
  type SessionSnapshot,
} from "../session-view.ts";
import type { SettingsKeeper } from "../settings/settings-keeper.ts";
import type { Held } from "../torrent-list.ts";
import { dhtFacts, dhtSnapshot } from "./dht-snapshot.ts";
import { roundedRate, roundedSpace } from "./rounding.ts";
import type { SharedFacts } from "./torrent-facts.ts";

export interface SharedFactsSources {
  readonly wire: WireView;
  /** Undefined where no DHT runs. */
  readonly dht: SessionDht | undefined;
  readonly reach: ReachabilitySnapshot;
  readonly machine: MachineWatch;
  readonly nowMs: number;
  readonly unixMs: number;
}

export interface SessionSnapshotSources {
  readonly shared: SharedFacts;
  /** Of what details are wanted: ids of torrents, or `DHT_DETAILS`. */
  readonly watched: ReadonlySet<string>;
  /** Endpoint as text. */
  readonly listening: string;
  readonly defaultFolder: string;
  readonly allTime: SessionSnapshot["allTime"];
  readonly settings: SettingsKeeper;
  readonly dht: SessionDht | undefined;
  readonly reachability: ReachabilitySnapshot;
  /** In the order in which they are shown. */
  readonly held: readonly Held[];
  readonly log: readonly LogLine[];
}

export function sharedFacts({ wire, dht, reach, machine, nowMs, unixMs }: SharedFactsSources): SharedFacts {
  const net = {
    isUp: machine.isNetworkUp,
    hasTcp: wire.acceptedIncoming > 0 || wire.connections > wire.halfOpen,
    reach: { verdict: reach.verdict, sentence: reach.sentence },
  };
  const facts = dhtFacts(dht, nowMs);
  return {
    net,
    dht: facts,
    hasIncoming: wire.acceptedIncoming > 0,
    surroundings: [
      net.isUp,
      net.hasTcp,
      facts.state,
      facts.knownNodes === 0,
      wire.acceptedIncoming > 0,
      net.reach.sentence,
    ].join(),
    freeBytes: machine.freeBytes ?? undefined,
    maxDownBytesPerSecond: wire.maxDownBytesPerSecond,
    maxUpBytesPerSecond: wire.maxUpBytesPerSecond,
    downBytesPerSecond: wire.downBytesPerSecond,
    upBytesPerSecond: wire.upBytesPerSecond,
    nowMs,
    unixMs,
  };
}

export function sessionSnapshot(sources: SessionSnapshotSources): SessionSnapshot {
  const { shared, watched, listening, defaultFolder, allTime, settings, dht, reachability, held, log } =
    sources;
  return {
    version: PROTOCOL_VERSION,
    atUnixMs: shared.unixMs,
    listening,
    downBytesPerSecond: roundedRate(shared.downBytesPerSecond),
    upBytesPerSecond: roundedRate(shared.upBytesPerSecond),
    allTime,
    maxDownBytesPerSecond: shared.maxDownBytesPerSecond ?? null,
    maxUpBytesPerSecond: shared.maxUpBytesPerSecond ?? null,
    usesAlternativeLimits: settings.usesAlternativeLimits,
    settings: settings.current,
    freeBytes: shared.freeBytes === undefined ? null : roundedSpace(shared.freeBytes),
    defaultFolder,
    dht: dhtSnapshot(dht, watched.has(DHT_DETAILS)),
    reachability,
    torrents: held.map(({ torrent, report }, position) =>
      report.snapshot(shared, position, watched.has(torrent.id)),
    ),
    log,
  };
}
