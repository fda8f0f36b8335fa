/**
 * A flash crowd: one publisher, and many who come within a minute, with nothing but a magnet link. They find each other
 * through the DHT that they themselves are, whoever has finished stays for a while and leaves. Times count from a
 * peer's arrival; what the publisher sent counts until the last one has finished.
 */
import type { WireConfig } from "../wire/index.ts";
import type { SwarmMachine } from "./swarm-machine.ts";
import { SwarmWorld } from "./swarm-world.ts";
import type { HostLinks } from "./virtual-host.ts";

const MIB = 2 ** 20;
/** Nobody waits longer for a simulated swarm; far beyond what a client-server download would take is stuck. */
const LONGEST_MS = 6 * 3_600_000;

export interface CrowdLinks {
  readonly publisher: HostLinks;
  readonly peer: HostLinks;
  readonly minRttMs: number;
  readonly maxRttMs: number;
}

/** What issue and documentation name: a publisher at home, leechers on ordinary lines. */
export const CROWD_LINKS: CrowdLinks = {
  publisher: { upBytesPerSecond: MIB, downBytesPerSecond: 8 * MIB },
  peer: { upBytesPerSecond: MIB, downBytesPerSecond: 8 * MIB },
  minRttMs: 20,
  maxRttMs: 200,
};

export interface FlashCrowdOptions {
  readonly seed: number | string;
  readonly peers: number;
  readonly isSuperSeed: boolean;
  readonly totalBytes?: number;
  readonly pieceBytes?: number;
  readonly links?: CrowdLinks;
  /** The rates of `links` are kept by the machines' own limits, on lines that are as wide as loopback. */
  readonly areLimits?: boolean;
  readonly arriveWithinMs?: number;
  /** Who has finished stays for so many times what its download took. */
  readonly staysTimes?: number;
  /** Of every machine. */
  readonly wire?: Partial<WireConfig>;
  /** Once a virtual second. */
  readonly onSecond?: (atSeconds: number, finished: number) => void;
}

export interface FlashCrowdResult {
  readonly peers: number;
  readonly finished: number;
  /** From arrival to the last piece, of those who finished; sorted. */
  readonly completionMs: readonly number[];
  /** Of everybody who came, from the beginning. */
  readonly arrivalsMs: readonly number[];
  /** When the last one finished, from the beginning. */
  readonly lastFinishedAtMs: number;
  /** Payload that the publisher sent, in copies of the content. */
  readonly publisherCopies: number;
  /** Of its uplink, framing included, in the seconds in which some peer wanted something of it; 0 to 1. */
  readonly publisherUplinkRatio: number;
  readonly dhtDatagrams: number;
  readonly eventsRun: number;
}

export const CROWD_BYTES: number = 256 * MIB;
/**
 * A third of what a torrent has by default: what peers say to each other of their pieces is a large part of a simulation's
 * work. With 50 a crowd of 100 has the same times and copies to half a percent, for half as much work again.
 */
export const CROWD_CONNECTIONS = 30;
/** As by default. With 30 it has too few to choose from in a crowd of 1,000, and its line rests for a tenth of the time. */
export const PUBLISHER_CONNECTIONS = 100;
/** As most programs that make torrents choose for a content of this size. */
export const CROWD_PIECE_BYTES: number = MIB / 4;
/** No line at all, next to any limit. */
const LOOPBACK: HostLinks = { upBytesPerSecond: 1_000 * MIB, downBytesPerSecond: 1_000 * MIB };
const ARRIVE_WITHIN_MS = 60_000;
const STAYS_TIMES = 2;

export function simulateFlashCrowd(options: FlashCrowdOptions): FlashCrowdResult {
  return new FlashCrowd(options).toItsEnd();
}

class FlashCrowd {
  readonly #options: FlashCrowdOptions;
  readonly #links: CrowdLinks;
  readonly #totalBytes: number;
  readonly #swarm: SwarmWorld;
  readonly #publisher: SwarmMachine;
  readonly #startMs: number;
  readonly #arrivalsMs: number[] = [];
  readonly #finished: SwarmMachine[] = [];
  #wantedSeconds = 0;
  #wantedSentBytes = 0;
  /** As it was when the last one finished. */
  #atTheEnd: FlashCrowdResult | undefined;

  constructor(options: FlashCrowdOptions) {
    this.#options = options;
    this.#links = options.links ?? CROWD_LINKS;
    this.#totalBytes = options.totalBytes ?? CROWD_BYTES;
    const { minRttMs, maxRttMs } = this.#links;
    this.#swarm = new SwarmWorld({
      seed: options.seed,
      totalBytes: this.#totalBytes,
      pieceBytes: options.pieceBytes ?? CROWD_PIECE_BYTES,
      minRttMs,
      maxRttMs,
    });
    this.#publisher = this.#join(this.#links.publisher, true);
    this.#startMs = this.#swarm.world.nowMs;
    this.#planArrivals();
  }

  toItsEnd(): FlashCrowdResult {
    const { peers, onSecond } = this.#options;
    for (let second = 1; second * 1_000 <= LONGEST_MS && this.#finished.length < peers; second++) {
      this.#oneSecond(this.#startMs + second * 1_000);
      onSecond?.(second, this.#finished.length);
    }
    return this.#atTheEnd ?? this.#result();
  }

  /** A second counts as wanted when somebody wanted something of the publisher at its beginning and at its end. */
  #oneSecond(endMs: number): void {
    const line = this.#swarm.lineOf(this.#publisher);
    const isWanted = (): boolean => this.#publisher.swarm.view().counts.interestedPeers > 0;
    const wasWanted = isWanted();
    const sentBefore = line.sentBytes;
    this.#swarm.world.runUntil(endMs);
    if (!wasWanted || !isWanted()) return;
    this.#wantedSeconds++;
    this.#wantedSentBytes += line.sentBytes - sentBefore;
  }

  #result(): FlashCrowdResult {
    const { world, datagrams } = this.#swarm;
    const { peers } = this.#options;
    const tookMs = world.nowMs - this.#startMs;
    const { publisher } = this.#links;
    return {
      peers,
      finished: this.#finished.length,
      completionMs: this.#finished
        .map((machine) => (machine.finishedAtMs ?? 0) - machine.joinedAtMs)
        .sort((a, b) => a - b),
      arrivalsMs: this.#arrivalsMs,
      lastFinishedAtMs: tookMs,
      publisherCopies: this.#publisher.swarm.uploadedBytes / this.#totalBytes,
      publisherUplinkRatio:
        this.#wantedSentBytes / (publisher.upBytesPerSecond * Math.max(1, this.#wantedSeconds)),
      dhtDatagrams: datagrams.packetsSent,
      eventsRun: world.eventsRun,
    };
  }

  #planArrivals(): void {
    const { peers, arriveWithinMs = ARRIVE_WITHIN_MS, staysTimes = STAYS_TIMES } = this.#options;
    const { world } = this.#swarm;
    const random = world.random.fork("arrivals");
    for (let i = 0; i < peers; i++) {
      const arrivesMs = random.float() * arriveWithinMs;
      this.#arrivalsMs.push(arrivesMs);
      world.after(arrivesMs, () => {
        const machine = this.#join(this.#links.peer, false, () => {
          this.#finished.push(machine);
          if (this.#finished.length === peers) this.#atTheEnd = this.#result();
          world.after(staysTimes * (world.nowMs - machine.joinedAtMs), () => machine.leave());
        });
      });
    }
  }

  #join(links: HostLinks, isPublisher: boolean, onFinished?: () => void): SwarmMachine {
    const { areLimits = false } = this.#options;
    const machine = this.#swarm.join({
      links: areLimits ? LOOPBACK : links,
      has: isPublisher ? "all" : "nothing",
      isSuperSeed: isPublisher && this.#options.isSuperSeed,
      wire: {
        maxConnectionsPerTorrent: isPublisher ? PUBLISHER_CONNECTIONS : CROWD_CONNECTIONS,
        ...this.#options.wire,
      },
      onEvent: (event) => {
        if (event.type === "wanted-complete") onFinished?.();
      },
    });
    if (areLimits)
      machine.engine.setLimits({
        maxUpBytesPerSecond: links.upBytesPerSecond,
        maxDownBytesPerSecond: links.downBytesPerSecond,
      });
    return machine;
  }
}
