/**
 * A swarm in which uplinks are scarce: contributors with lines of several speeds, strategists, and others that only take. Whoever
 * has finished leaves at once, so that nobody is given anything for nothing. What is asked is whom giving serves.
 */
import type { WireConfig } from "../wire/index.ts";
import { BitTyrant, TYRANT_LOOK_MS } from "./bit-tyrant.ts";
import { type GivenBytes, GivingLedger } from "./giving-ledger.ts";
import type { SwarmMachine } from "./swarm-machine.ts";
import { SwarmWorld } from "./swarm-world.ts";
import type { HostLinks } from "./virtual-host.ts";

const KIB = 1_024;
const TOTAL_BYTES = 16 * KIB * KIB;
const PIECE_BYTES = 64 * KIB;
const DOWN_BYTES_PER_SECOND = 2 * KIB * KIB;
const PUBLISHER: HostLinks = { upBytesPerSecond: 256 * KIB, downBytesPerSecond: DOWN_BYTES_PER_SECOND };
const ARRIVE_WITHIN_MS = 10_000;
/** Of everybody but those with a large view: half of the swarm. */
const CONNECTIONS = 20;
/** Who has not finished by then has not finished. */
const LONGEST_MS = 3_600_000;
const STEP_MS = 1_000;

export interface PeerClass {
  readonly name: string;
  readonly peers: number;
  readonly upBytesPerSecond: number;
  /** Free riders upload to nobody, strategists as `BitTyrant` chooses, contributors as the choker under test. */
  readonly conduct: "contributor" | "strategist" | "free rider";
  /** Connects to everybody. */
  readonly hasLargeView: boolean;
}

export const PEER_CLASSES: readonly PeerClass[] = [
  ...[32, 64, 128, 256].map((kib) => contributor(kib)),
  few("strategist", "strategist", false),
  few("free rider", "free rider", false),
  few("free rider, large view", "free rider", true),
];

export interface IncentiveOptions {
  readonly seed: number | string;
  /** Of contributors. */
  readonly leechChoking: WireConfig["leechChoking"];
  /** Default: `PEER_CLASSES`. */
  readonly classes?: readonly PeerClass[];
  /** Default: 16 MiB. */
  readonly totalBytes?: number;
}

export interface ClassOutcome {
  readonly peers: number;
  readonly finished: number;
  /** From arrival; who did not finish counts with the time that it was there. */
  readonly completionMs: readonly number[];
  /** Of each, what it was given and how. */
  readonly taken: readonly GivenBytes[];
  /** Payload given, in copies of the content; mean. */
  readonly givenCopies: number;
}

/** In the order of the classes. */
export function simulateIncentives(options: IncentiveOptions): readonly ClassOutcome[] {
  const { classes = PEER_CLASSES, totalBytes = TOTAL_BYTES } = options;
  const swarm = new SwarmWorld({
    seed: options.seed,
    totalBytes,
    pieceBytes: PIECE_BYTES,
    minRttMs: 20,
    maxRttMs: 200,
  });
  const { world } = swarm;
  const publisher = swarm.join({
    links: PUBLISHER,
    has: "all",
    isSuperSeed: true,
    wire: { maxConnectionsPerTorrent: CONNECTIONS },
  });
  const ledger = new GivingLedger(publisher);
  const random = world.random.fork("arrivals");
  const members: SwarmMachine[][] = classes.map(() => []);
  classes.forEach((kind, i) => {
    for (let n = 0; n < kind.peers; n++)
      world.after(random.float() * ARRIVE_WITHIN_MS, () => members[i]?.push(join(swarm, kind, options)));
  });
  const startMs = world.nowMs;
  const isOver = (): boolean =>
    members.every((all, i) => all.length === classes[i]?.peers && all.every(hasLeft));
  while (world.nowMs - startMs < LONGEST_MS && !isOver()) {
    world.runFor(STEP_MS);
    ledger.look([publisher, ...members.flat()]);
  }
  return members.map((all) => outcomeOf(all, world.nowMs, totalBytes, ledger));
}

function join(swarm: SwarmWorld, kind: PeerClass, { leechChoking }: IncentiveOptions): SwarmMachine {
  const { upBytesPerSecond, conduct } = kind;
  const machine: SwarmMachine = swarm.join({
    links: { upBytesPerSecond, downBytesPerSecond: DOWN_BYTES_PER_SECOND },
    has: "nothing",
    wire: {
      leechChoking,
      // Grants to beginners are worth little here, and would be given to free riders too.
      allowedFastPieces: 0,
      maxConnectionsPerTorrent: kind.hasLargeView ? 10 * CONNECTIONS : CONNECTIONS,
      ...(conduct === "free rider" ? { uploadSlots: 0 } : {}),
      ...(conduct === "strategist" ? { chokeIntervalMs: TYRANT_LOOK_MS } : {}),
    },
    ...(conduct === "strategist" ? { createChoker: () => new BitTyrant(upBytesPerSecond) } : {}),
    onEvent: (event) => {
      if (event.type === "wanted-complete") swarm.world.after(0, () => machine.leave());
    },
  });
  return machine;
}

function hasLeft(machine: SwarmMachine): boolean {
  return machine.leftAtMs !== undefined;
}

function outcomeOf(
  machines: readonly SwarmMachine[],
  nowMs: number,
  totalBytes: number,
  ledger: GivingLedger,
): ClassOutcome {
  const given = machines.reduce((sum, machine) => sum + machine.swarm.uploadedBytes, 0);
  return {
    peers: machines.length,
    finished: machines.filter((machine) => machine.finishedAtMs !== undefined).length,
    completionMs: machines.map((machine) => (machine.finishedAtMs ?? nowMs) - machine.joinedAtMs),
    taken: machines.map((machine) => ledger.takenBy(machine)),
    givenCopies: given / totalBytes / machines.length,
  };
}

function contributor(kib: number): PeerClass {
  return {
    name: `contributor, ${kib} KiB/s`,
    peers: 8,
    upBytesPerSecond: kib * KIB,
    conduct: "contributor",
    hasLargeView: false,
  };
}

function few(name: string, conduct: PeerClass["conduct"], hasLargeView: boolean): PeerClass {
  return { name, peers: 4, upBytesPerSecond: 128 * KIB, conduct, hasLargeView };
}
