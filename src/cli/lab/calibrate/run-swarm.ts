/**
 * One swarm of whole clients in virtual time: one of them downloads from nothing and is asked now and then what it
 * believes; the others come and leave as planned. Afterwards it is known what came of it.
 */
import { toHex } from "../../../core/bytes.ts";
import type { Session, TorrentSnapshot } from "../../../session/index.ts";
import { ClientWorld, type SimulatedTorrent, simulatedTorrent } from "../../../sim/index.ts";
import type { PlannedPeer, SwarmKind, SwarmPlan } from "./swarm-plan.ts";

/** What the watched client believed at one moment. */
export interface Belief {
  /** Since it was given the magnet. */
  readonly atSeconds: number;
  readonly confidence: number;
  readonly etaRange: { readonly lowSeconds: number; readonly highSeconds: number } | null;
}

export interface SwarmOutcome {
  readonly kind: SwarmKind;
  /** Null when it did not finish. */
  readonly finishedAtSeconds: number | null;
  /** True when it can finish no more; with neither, time was up. */
  readonly isStuck: boolean;
  readonly beliefs: readonly Belief[];
}

/** When the client is asked, seconds after the start: often at first, as people look. */
const ASKED_AT_SECONDS: readonly number[] = [45, 90, 180, 360, 720, 1_440, 2_880, 5_760, 11_520];
const STEP_MS = 15_000;
/** Whoever has not finished by then is left out: nobody can say what would have come of it. */
const LONGEST_MS: number = 4 * 3_600_000;
/** Without any progress for this long, with pieces on no peer and nobody to come, it is over. */
const HOPELESS_AFTER_MS = 1_200_000;
/** The same when it is connected to everybody who is left: what none of them has, nobody has. */
const SETTLING_MS = 120_000;
const RTT = { minRttMs: 20, maxRttMs: 200 } as const;
const WATCHED_HOST = "10.1.0.1";

const drain = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export async function runSwarm(plan: SwarmPlan): Promise<SwarmOutcome> {
  const run = new SwarmRun(plan);
  return await run.toItsEnd();
}

class SwarmRun {
  readonly #plan: SwarmPlan;
  readonly #clients: ClientWorld;
  readonly #torrent: SimulatedTorrent;
  readonly #beliefs: Belief[] = [];
  #present = 0;
  #toCome: number;
  #progressAtMs = 0;
  #haveBytes = -1;

  constructor(plan: SwarmPlan) {
    this.#plan = plan;
    this.#clients = new ClientWorld({ seed: plan.seed, drain, ...RTT });
    const { random } = this.#clients.world;
    this.#torrent = simulatedTorrent(random.fork("content"), plan.pieceCount, plan.pieceBytes);
    this.#toCome = plan.peers.length;
  }

  async toItsEnd(): Promise<SwarmOutcome> {
    const { world } = this.#clients;
    const initial = this.#plan.peers.filter((peer) => peer.joinsAtMs === 0);
    for (const peer of initial) await this.#clients.settled(this.#join(peer));
    const startMs = world.nowMs;
    const watched = await this.#clients.settled(this.#open(WATCHED_HOST, this.#plan.upBytesPerSecond));
    const { infoHash } = this.#torrent.metainfo;
    const text = `magnet:?xt=urn:btih:${toHex(infoHash)}`;
    const { id } = await this.#clients.settled(watched.commands.add({ kind: "magnet", text }, {}));
    const torrentNow = () => watched.getSnapshot().torrents.find((one) => one.id === id) as TorrentSnapshot;
    const later = this.#plan.peers.filter((peer) => peer.joinsAtMs > 0);
    for (const peer of later) world.after(peer.joinsAtMs, () => void this.#join(peer));
    const asked = [...ASKED_AT_SECONDS];
    while (world.nowMs - startMs < LONGEST_MS) {
      await this.#clients.runFor(STEP_MS);
      const torrent = torrentNow();
      const elapsedMs = world.nowMs - startMs;
      const { doneMs } = torrent.milestones;
      if (doneMs !== null) return this.#ended(doneMs / 1_000, false);
      if (elapsedMs >= (asked[0] ?? Number.POSITIVE_INFINITY) * 1_000) {
        asked.shift();
        this.#ask(torrent, elapsedMs / 1_000);
      }
      if (this.#isHopeless(torrent)) return this.#ended(null, true);
    }
    return this.#ended(null, false);
  }

  #ended(finishedAtSeconds: number | null, isStuck: boolean): SwarmOutcome {
    return { kind: this.#plan.kind, finishedAtSeconds, isStuck, beliefs: this.#beliefs };
  }

  #ask({ finishConfidence, etaRange }: TorrentSnapshot, atSeconds: number): void {
    if (finishConfidence !== null) this.#beliefs.push({ atSeconds, confidence: finishConfidence, etaRange });
  }

  #isHopeless(torrent: TorrentSnapshot): boolean {
    const { nowMs } = this.#clients.world;
    if (torrent.haveBytes !== this.#haveBytes) {
      this.#haveBytes = torrent.haveBytes;
      this.#progressAtMs = nowMs;
    }
    if (this.#toCome > 0) return false;
    if (this.#present === 0) return true;
    const isConnectedToAll = torrent.counts.connectedPeers >= this.#present;
    const patienceMs = isConnectedToAll ? SETTLING_MS : HOPELESS_AFTER_MS;
    return nowMs - this.#progressAtMs >= patienceMs && (torrent.reachableRatio ?? 0) < 1;
  }

  /** A peer comes, with what it has, and leaves when its time is up. */
  async #join(peer: PlannedPeer): Promise<void> {
    const { world } = this.#clients;
    const number = this.#plan.peers.indexOf(peer) + 1;
    this.#toCome--;
    this.#present++;
    const draw = world.random.fork(`pieces of peer ${number}`);
    const memory = this.#clients.newMemory();
    this.#torrent.place(memory, () => peer.haveRatio === 1 || draw.float() < peer.haveRatio);
    const session = await this.#open(`10.2.${number}.1`, peer.upBytesPerSecond, memory);
    await session.commands.add({ kind: "metainfo", bytes: this.#torrent.bytes }, {});
    world.after(Math.max(0, peer.leavesAtMs - peer.joinsAtMs), () => {
      void session.commands.shutdown();
      this.#present--;
    });
  }

  #open(host: string, upBytesPerSecond: number, memory = this.#clients.newMemory()): Promise<Session> {
    const { streams } = this.#clients;
    streams.setLinks(host, { upBytesPerSecond, downBytesPerSecond: Number.POSITIVE_INFINITY });
    return this.#clients.openSession(host, { memory });
  }
}
