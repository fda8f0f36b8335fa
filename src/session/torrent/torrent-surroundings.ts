/** What a torrent is set into: the parts of the session that all torrents share, and whom it tells what. */
import type { AddressProfile } from "../../core/address-profile.ts";
import type { DhtNode } from "../../dht/index.ts";
import type { LocalDiscovery, Wire } from "../../wire/index.ts";
import type { OwnAddresses } from "../own-addresses.ts";
import type { OutsideAddress } from "../reachability/outside-address.ts";
import type { SessionLog } from "../session-log.ts";
import type { SessionPlatform } from "../session-ports.ts";
import type { CheckQueue } from "./check-queue.ts";
import type { SeedingGoal } from "./seeding-goal.ts";
import type { TorrentRecords } from "./torrent-records.ts";

export interface TorrentSurroundings {
  readonly platform: SessionPlatform;
  readonly wire: Wire;
  /** Undefined where no DHT runs. */
  readonly dht: DhtNode | undefined;
  /** Undefined where nobody is looked for on the local network. */
  readonly neighbours: LocalDiscovery | undefined;
  readonly addressProfile: AddressProfile;
  readonly ownAddresses: OwnAddresses;
  readonly outside: OutsideAddress;
  readonly listenPort: number;
  readonly records: TorrentRecords;
  readonly checks: CheckQueue;
  readonly log: SessionLog;
  /** The goal of torrents without one of their own. */
  readonly defaultGoal: () => SeedingGoal;
  readonly usesPartNames: () => boolean;
  /** Whether it runs or rests, or what it wants, may have changed: others may get their turn. */
  readonly onTurnChange: () => void;
  /** Everything wanted of it is here for the first time, and durable. */
  readonly onFinished: () => void;
  /** Something that is shown has changed. */
  readonly onChange: () => void;
  /** Something that somebody waits for has happened: it is shown at once. */
  readonly onMilestone: () => void;
}
