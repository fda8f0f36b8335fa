/** What has happened to a torrent since it was added to this session: told in the log, and counted for the diagnosis. */
import { formatEndpoint } from "../../core/endpoint.ts";
import type { Clock } from "../../core/ports.ts";
import type { SwarmEvent } from "../../wire/index.ts";
import { durationText } from "../diagnosis/figures.ts";
import { type Milestone, Milestones } from "./milestones.ts";
import { RecentEvents } from "./recent-events.ts";

export interface TorrentHistoryOptions {
  readonly clock: Clock;
  readonly log: (text: string) => void;
  /** Something that somebody waits for has happened for the first time. */
  readonly onMilestone: () => void;
}

export class TorrentHistory {
  readonly badPieces: RecentEvents = new RecentEvents();
  readonly bans: RecentEvents = new RecentEvents();
  readonly #milestones: Milestones;
  readonly #options: TorrentHistoryOptions;
  #rejectedMetadata = 0;
  #departures = 0;
  #unobtainablePiece: number | undefined;

  constructor(options: TorrentHistoryOptions) {
    this.#options = options;
    this.#milestones = new Milestones(options.clock.nowMs());
  }

  get milestones(): ReturnType<Milestones["view"]> {
    return this.#milestones.view();
  }

  /** Complete sets of metadata that did not fit the info-hash. */
  get rejectedMetadata(): number {
    return this.#rejectedMetadata;
  }

  /** Peers that went away by themselves. */
  get departures(): number {
    return this.#departures;
  }

  get unobtainablePiece(): number | undefined {
    return this.#unobtainablePiece;
  }

  /** `what` is logged the first time. */
  reach(milestone: Milestone, what: string): void {
    const sinceAddedMs = this.#milestones.reach(milestone, this.#options.clock.nowMs());
    if (sinceAddedMs === undefined) return;
    this.#options.log(`${what} (after ${durationText(sinceAddedMs)})`);
    this.#options.onMilestone();
  }

  /** Events that say nothing about the past are passed over. */
  note(event: SwarmEvent): void {
    const { clock, log } = this.#options;
    switch (event.type) {
      case "first-peer":
        this.reach("firstPeerMs", `first peer ${formatEndpoint(event.address)}`);
        break;
      case "peer-disconnected":
        if (event.reason === "closed-by-peer" || event.reason === "connection-error") this.#departures++;
        break;
      case "peer-banned":
        this.bans.add(clock.nowMs(), event.address.host);
        log(`banned ${formatEndpoint(event.address)}: ${event.reason}`);
        break;
      case "metadata-rejected":
        this.#rejectedMetadata++;
        log("a file list that does not fit the info-hash was thrown away");
        break;
      case "piece-bad":
        this.badPieces.add(clock.nowMs());
        log(`piece ${event.pieceIndex} arrived damaged and is fetched again`);
        break;
      case "piece-unobtainable":
        this.#unobtainablePiece = event.pieceIndex;
        log(`piece ${event.pieceIndex} fails its check whoever sends it`);
        break;
      default:
        break;
    }
  }
}
