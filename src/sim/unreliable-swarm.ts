/**
 * A swarm in which everything goes wrong that does on real networks: lines of all kinds, some of them very slow, peers
 * that nobody can connect to, connections that are cut, half of the peers gone for good at some moment, and the
 * publisher gone as soon as it has done its part. What is asked is whether those who remain get the file.
 */
import { Bitfield } from "../torrent/bitfield.ts";
import type { NatKind } from "./nat.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { SwarmMachine } from "./swarm-machine.ts";
import { SwarmWorld } from "./swarm-world.ts";
import type { HostLinks } from "./virtual-host.ts";

const KIB = 1_024;
/** Small, so that a hundred swarms take minutes: at these rates a download takes as long as a film over a real line. */
export const UNRELIABLE_BYTES: number = 8 * KIB * KIB;
const PIECE_BYTES = 64 * KIB;
const PUBLISHER: HostLinks = { upBytesPerSecond: 128 * KIB, downBytesPerSecond: 1_024 * KIB };
/** Uplinks are drawn between these, evenly on a logarithmic scale; downlinks are so many times as fast. */
const UP_BYTES_PER_SECOND = { min: 16 * KIB, max: 256 * KIB } as const;
const ASYMMETRY = { min: 2, max: 10 } as const;
/** Lines as over a bad mobile connection. */
const SLOW_RATIO = 0.1;
const SLOW: HostLinks = { upBytesPerSecond: 4 * KIB, downBytesPerSecond: 64 * KIB };
const UNREACHABLE_RATIO = 0.3;
const ARRIVE_WITHIN_MS = 60_000;
/** All connections of one peer break: once in so long on average. */
const CUT_EVERY_MS = 120_000;
/** The moment at which half of the peers go lies within this time from the beginning. */
const GONE_WITHIN_MS = 300_000;
const GONE_RATIO = 0.5;
/** What has not happened after so long does not happen. */
const LONGEST_MS = 2 * 3_600_000;
/** Whether the publisher has done its part, and whether all is over, is looked at this often. */
const STEP_MS = 500;

export interface UnreliableOptions {
  readonly seed: number | string;
  readonly peers: number;
  /** "first-copy": a super-seed that goes when every piece is at somebody else; a number: a plain one that goes after so many copies. */
  readonly publisherLeaves: "first-copy" | "never" | number;
  /** False: the same peers on the same lines, and nothing goes wrong. */
  readonly isTroubled: boolean;
}

export interface UnreliableResult {
  /** Peers that stayed. */
  readonly remaining: number;
  readonly finished: number;
  /** From arrival, of those who stayed and finished; sorted. */
  readonly completionMs: readonly number[];
  readonly publisherCopies: number;
  /** When the publisher went; undefined when it did not. */
  readonly publisherLeftAtMs: number | undefined;
}

interface Member {
  readonly machine: SwarmMachine;
  readonly have: Bitfield;
}

export function simulateUnreliableSwarm(options: UnreliableOptions): UnreliableResult {
  return new UnreliableSwarm(options).toItsEnd();
}

class UnreliableSwarm {
  readonly #options: UnreliableOptions;
  readonly #swarm: SwarmWorld;
  readonly #random: SeededRandom;
  readonly #startMs: number;
  readonly #publisher: SwarmMachine;
  readonly #members: Member[] = [];
  /** Copies of each piece among those who are there, the publisher left out. */
  readonly #holders: Uint16Array;
  #toCome: number;
  #goneAtMs: number;

  constructor(options: UnreliableOptions) {
    this.#options = options;
    this.#swarm = new SwarmWorld({
      seed: options.seed,
      totalBytes: UNRELIABLE_BYTES,
      pieceBytes: PIECE_BYTES,
      minRttMs: 20,
      maxRttMs: 200,
    });
    this.#random = this.#swarm.world.random.fork("troubles");
    this.#holders = new Uint16Array(this.#swarm.pieceCount);
    this.#startMs = this.#swarm.world.nowMs;
    this.#publisher = this.#swarm.join({
      links: PUBLISHER,
      has: "all",
      isSuperSeed: options.publisherLeaves === "first-copy",
    });
    this.#toCome = options.peers;
    this.#goneAtMs = options.isTroubled ? this.#random.float() * GONE_WITHIN_MS : Number.POSITIVE_INFINITY;
    for (let i = 0; i < options.peers; i++) this.#planArrival(this.#random.fork(i));
  }

  toItsEnd(): UnreliableResult {
    const { world } = this.#swarm;
    while (world.nowMs - this.#startMs < LONGEST_MS && !this.#isOver) {
      world.runFor(STEP_MS);
      if (this.#isPublisherDone) this.#publisher.leave();
      if (world.nowMs - this.#startMs >= this.#goneAtMs && this.#toCome === 0) this.#loseHalf();
    }
    const finished = this.#present.filter(({ machine }) => machine.finishedAtMs !== undefined);
    return {
      remaining: this.#present.length,
      finished: finished.length,
      completionMs: finished
        .map(({ machine }) => (machine.finishedAtMs ?? 0) - machine.joinedAtMs)
        .sort((a, b) => a - b),
      publisherCopies: this.#publisher.swarm.uploadedBytes / UNRELIABLE_BYTES,
      publisherLeftAtMs:
        this.#publisher.leftAtMs === undefined ? undefined : this.#publisher.leftAtMs - this.#startMs,
    };
  }

  get #present(): readonly Member[] {
    return this.#members.filter(({ machine }) => machine.leftAtMs === undefined);
  }

  /** Everybody has finished, or who has not never will: nobody comes any more who has what is missing. */
  get #isOver(): boolean {
    const hasLost = this.#goneAtMs === Number.POSITIVE_INFINITY;
    if (this.#toCome > 0 || !hasLost) return false;
    const isPieceLost =
      this.#publisher.leftAtMs !== undefined && this.#holders.some((copies) => copies === 0);
    return isPieceLost || this.#present.every(({ machine }) => machine.finishedAtMs !== undefined);
  }

  get #isPublisherDone(): boolean {
    const { publisherLeaves } = this.#options;
    if (publisherLeaves === "never" || this.#publisher.leftAtMs !== undefined) return false;
    if (publisherLeaves === "first-copy") return this.#holders.every((copies) => copies > 0);
    return this.#publisher.swarm.uploadedBytes >= publisherLeaves * UNRELIABLE_BYTES;
  }

  #planArrival(draw: SeededRandom): void {
    const { world } = this.#swarm;
    const links = linksOf(draw);
    const isUnreachable = this.#options.isTroubled && draw.float() < UNREACHABLE_RATIO;
    world.after(draw.float() * ARRIVE_WITHIN_MS, () => {
      this.#toCome--;
      const have = new Bitfield(this.#swarm.pieceCount);
      const nat: NatKind = isUnreachable ? "port-restricted" : "none";
      const machine = this.#swarm.join({
        links,
        has: "nothing",
        nat,
        onEvent: (event) => {
          if (event.type !== "piece-verified" || have.has(event.pieceIndex)) return;
          have.set(event.pieceIndex);
          this.#holders[event.pieceIndex] = (this.#holders[event.pieceIndex] as number) + 1;
        },
      });
      this.#members.push({ machine, have });
      if (this.#options.isTroubled) this.#cutNowAndThen(machine, draw.fork("cuts"));
    });
  }

  #cutNowAndThen(machine: SwarmMachine, draw: SeededRandom): void {
    this.#swarm.world.after(-CUT_EVERY_MS * Math.log(1 - draw.float()), () => {
      if (machine.leftAtMs !== undefined) return;
      this.#swarm.streams.cut(machine.address.host);
      this.#cutNowAndThen(machine, draw);
    });
  }

  /** Half of the peers go, one after the other; while the publisher is gone, nobody who has the only copy of a piece. */
  #loseHalf(): void {
    this.#goneAtMs = Number.POSITIVE_INFINITY;
    let toGo = Math.floor(GONE_RATIO * this.#options.peers);
    for (const member of shuffled(this.#present, this.#random)) {
      if (toGo === 0) return;
      if (this.#options.publisherLeaves === "first-copy" && this.#isNeeded(member)) continue;
      toGo--;
      member.machine.leave();
      for (let piece = 0; piece < member.have.length; piece++)
        if (member.have.has(piece)) this.#holders[piece] = (this.#holders[piece] as number) - 1;
    }
  }

  #isNeeded({ have }: Member): boolean {
    if (this.#publisher.leftAtMs === undefined) return false;
    for (let piece = 0; piece < have.length; piece++)
      if (have.has(piece) && this.#holders[piece] === 1) return true;
    return false;
  }
}

function linksOf(draw: SeededRandom): HostLinks {
  const [speed, asymmetry] = [draw.float(), draw.float()];
  if (draw.float() < SLOW_RATIO) return SLOW;
  const { min, max } = UP_BYTES_PER_SECOND;
  const upBytesPerSecond = min * (max / min) ** speed;
  const times = ASYMMETRY.min + asymmetry * (ASYMMETRY.max - ASYMMETRY.min);
  return { upBytesPerSecond, downBytesPerSecond: times * upBytesPerSecond };
}

function shuffled<Item>(items: readonly Item[], random: SeededRandom): Item[] {
  return items
    .map((item) => ({ item, at: random.float() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
