/** What the parts of one swarm work on together. The swarm owns it; parts hold no state of each other. */
import type { InfoHash } from "../../core/ids.ts";
import type { PieceMap } from "../../torrent/piece-map.ts";
import type { PeerConnection } from "../peer/peer-connection.ts";
import type { SwarmEvent } from "../wire-events.ts";
import type { SwarmStorage } from "../wire-ports.ts";
import type { WireShared } from "../wire-shared.ts";
import type { Blame } from "./blame.ts";
import type { PiecePicker } from "./piece-picker.ts";
import type { SuperSeedPlan } from "./super-seed-plan.ts";
import type { SwarmPacing } from "./swarm-pacing.ts";
import type { SwarmRoster } from "./swarm-roster.ts";
import type { SwarmSegments } from "./swarm-segments.ts";

/** Everything that exists once the metadata is known and the disk was checked. */
export interface ContentState {
  readonly map: PieceMap;
  readonly picker: PiecePicker;
  readonly blame: Blame;
  readonly segments: SwarmSegments;
  readonly storage: SwarmStorage;
  /** While we are a super-seed: peers believe that we lack what it does not name. */
  superSeeding: SuperSeedPlan | undefined;
}

/** Counters behind `SwarmTotals`. */
export interface TotalsState {
  downloadedBytes: number;
  uploadedBytes: number;
  wastedHashFailBytes: number;
  wastedRedundantBytes: number;
  wastedUnrequestedBytes: number;
  protocolDownBytes: number;
  protocolUpBytes: number;
}

export interface SwarmContext {
  readonly infoHash: InfoHash;
  readonly shared: WireShared;
  readonly roster: SwarmRoster;
  readonly pacing: SwarmPacing;
  readonly totals: TotalsState;
  content: ContentState | undefined;
  isRunning: boolean;
  /** Storage failed: nothing is requested until the owner says so. */
  isHalted: boolean;
  /** Tells the owner at the end of the turn. */
  tell(event: SwarmEvent): void;
  /** Closes the peer and talks to its party no more for a day. */
  ban(peer: PeerConnection, reason: string): void;
  banParty(party: string, reason: string): void;
}
