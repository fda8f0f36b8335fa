/**
 * A flash crowd of real processes on this machine: a publisher, and peers that come with a magnet link when they are told to,
 * each with an address of its own in 127.0.0.0/8 and with limits in place of lines. They find each other through a private DHT.
 * Who has finished stays until all have.
 */
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ClientError } from "../../../core/errors.ts";
import { hashTorrent } from "../../../platform/index.ts";
import type { CrowdLinks } from "../../../sim/index.ts";
import { formatMagnet } from "../../../torrent/magnet.ts";
import { encodeTorrentFile } from "../../../torrent/metainfo.ts";
import {
  type CommandLine,
  type CrowdClientName,
  type CrowdPeerPlan,
  peerCommand,
  requireClient,
  starlingCommand,
} from "./crowd-clients.ts";
import { PeerProcess } from "./peer-process.ts";

export interface RealCrowdOptions {
  readonly client: CrowdClientName;
  readonly totalBytes: number;
  readonly pieceBytes: number;
  readonly links: Pick<CrowdLinks, "publisher" | "peer">;
  /** When each peer comes, from the publisher's being there; as many as there are peers. */
  readonly arrivalsMs: readonly number[];
  /** Given up after this; who has not finished then counts as not finished. */
  readonly patienceMs: number;
  /** About once a second. */
  readonly onSecond?: (atSeconds: number, finished: number, connectionsPerPeer: number) => void;
  /** Ends the crowd early. */
  readonly signal?: AbortSignal;
}

export interface RealCrowdResult {
  readonly finished: number;
  /** From the start of a peer's process to its last piece, of those who finished; sorted. */
  readonly completionMs: readonly number[];
  /** When the last one finished, from the beginning. */
  readonly lastFinishedAtMs: number;
  /** Payload that the publisher sent, in copies of the content. */
  readonly publisherCopies: number;
  /** User and system of all peers until the last one had finished; null where the system does not tell. */
  readonly processorSeconds: number | null;
  /** The same as a share of all cores over that time. */
  readonly processorRatio: number | null;
}

const LOOK_MS = 1_000;
/** What the publisher said last may be a second old. */
const LAST_WORDS_MS = 1_200;
const PORT = 16_881;
const CHUNK_BYTES = 1 << 20;

export async function runRealCrowd(options: RealCrowdOptions): Promise<RealCrowdResult> {
  requireClient(options.client);
  const folder = await mkdtemp(join(tmpdir(), "starling-crowd-"));
  const crowd = new RealCrowd(options, folder);
  try {
    return await crowd.run();
  } finally {
    await crowd.close();
    await rm(folder, { recursive: true, force: true });
  }
}

class RealCrowd {
  readonly #options: RealCrowdOptions;
  readonly #folder: string;
  /** 127.x: crowds at the same time on one machine do not meet. */
  readonly #network: number = 64 + ((randomBytes(1)[0] as number) >> 1);
  readonly #processes: PeerProcess[] = [];
  readonly #peers: PeerProcess[] = [];

  constructor(options: RealCrowdOptions, folder: string) {
    this.#options = options;
    this.#folder = folder;
  }

  async run(): Promise<RealCrowdResult> {
    const { client, links, arrivalsMs } = this.#options;
    const content = await this.#content();
    const router = this.#start(
      starlingCommand(
        ...["dht", "serve", "--host", this.#host(0), "--port", String(PORT), "--bootstrap", "none"],
        ...["--limits", "off", "--json"],
      ),
    );
    await router.listening;
    const planOf = (number: number, folder: string, line: CrowdLinks["peer"]): CrowdPeerPlan => ({
      host: this.#host(number),
      port: PORT,
      bootstrap: `${this.#host(0)}:${PORT}`,
      upBytesPerSecond: line.upBytesPerSecond,
      downBytesPerSecond: line.downBytesPerSecond,
      folder,
      magnet: content.magnet,
    });
    const publisher = this.#start(
      peerCommand(client, {
        ...planOf(1, content.folder, links.publisher),
        torrentFile: content.torrentFile,
      }),
    );
    await publisher.listening;
    const startMs = performance.now();
    const coming = [...arrivalsMs]
      .sort((a, b) => a - b)
      .map((atMs, i) => ({ atMs, plan: planOf(2 + i, join(this.#folder, `peer-${i}`), links.peer) }));
    await this.#untilAllHaveFinished(startMs, coming);
    return await this.#result(publisher, startMs);
  }

  async close(): Promise<void> {
    for (const one of this.#processes) one.kill();
    await Promise.all(this.#processes.map(({ ended }) => ended));
  }

  async #untilAllHaveFinished(
    startMs: number,
    coming: { readonly atMs: number; readonly plan: CrowdPeerPlan }[],
  ): Promise<void> {
    const { client, patienceMs, onSecond, signal, arrivalsMs } = this.#options;
    for (let lookedAtMs = startMs; ; ) {
      const elapsedMs = performance.now() - startMs;
      for (let next = coming[0]; next !== undefined && next.atMs <= elapsedMs; next = coming[0]) {
        coming.shift();
        await mkdir(next.plan.folder);
        this.#peers.push(this.#start(peerCommand(client, next.plan)));
      }
      const finished = this.#finished.length;
      if (finished === arrivalsMs.length || elapsedMs >= patienceMs || signal?.aborted === true) return;
      if (performance.now() - lookedAtMs >= LOOK_MS) {
        lookedAtMs = performance.now();
        const connections = this.#peers.reduce((sum, { connectedPeers }) => sum + connectedPeers, 0);
        onSecond?.(Math.round(elapsedMs / 1_000), finished, connections / Math.max(1, this.#peers.length));
      }
      const untilNextMs = (coming[0]?.atMs ?? Number.POSITIVE_INFINITY) - elapsedMs;
      await sleep(Math.max(1, Math.min(untilNextMs, LOOK_MS / 10)));
    }
  }

  async #result(publisher: PeerProcess, startMs: number): Promise<RealCrowdResult> {
    const { totalBytes } = this.#options;
    const counted = [publisher, ...this.#peers];
    for (const one of counted) one.look();
    const tookMs = performance.now() - startMs;
    const seconds = counted.map(({ processorSeconds }) => processorSeconds);
    const isKnown = seconds.every((value) => value !== undefined);
    const processorSeconds = isKnown ? seconds.reduce<number>((sum, value) => sum + (value ?? 0), 0) : null;
    const finished = this.#finished;
    await sleep(LAST_WORDS_MS);
    return {
      finished: finished.length,
      completionMs: finished
        .map(({ completeAtMs, startedAtMs }) => (completeAtMs ?? 0) - startedAtMs)
        .sort((a, b) => a - b),
      lastFinishedAtMs: Math.max(0, ...finished.map(({ completeAtMs }) => (completeAtMs ?? 0) - startMs)),
      publisherCopies: publisher.uploadedBytes / totalBytes,
      processorSeconds,
      processorRatio:
        processorSeconds === null ? null : (1_000 * processorSeconds) / tookMs / availableParallelism(),
    };
  }

  get #finished(): readonly PeerProcess[] {
    return this.#peers.filter(({ completeAtMs }) => completeAtMs !== undefined);
  }

  #start(command: CommandLine): PeerProcess {
    const started = new PeerProcess(command, {
      ...process.env,
      // Nothing of the user's: not their settings, not their torrents.
      HOME: this.#folder,
      XDG_CONFIG_HOME: join(this.#folder, "config"),
      XDG_STATE_HOME: join(this.#folder, "state"),
      XDG_DATA_HOME: join(this.#folder, "data"),
      STARLING_LOOPBACK_ONLY: "1",
    });
    this.#processes.push(started);
    return started;
  }

  #host(number: number): string {
    return `127.${this.#network}.${number >> 8}.${1 + (number & 255)}`;
  }

  async #content(): Promise<{
    readonly folder: string;
    readonly torrentFile: string;
    readonly magnet: string;
  }> {
    const { totalBytes, pieceBytes } = this.#options;
    const folder = join(this.#folder, "content");
    await mkdir(folder);
    const path = join(folder, "crowd.bin");
    const file = await open(path, "wx");
    try {
      for (let left = totalBytes; left > 0; left -= CHUNK_BYTES)
        await file.write(randomBytes(Math.min(CHUNK_BYTES, left)));
    } catch (error) {
      throw new ClientError("DISK_ERROR", `Cannot write ${path}: ${(error as NodeJS.ErrnoException).code}`);
    } finally {
      await file.close();
    }
    const { metainfo } = await hashTorrent(path, { pieceBytes });
    const torrentFile = join(this.#folder, "crowd.torrent");
    await writeFile(torrentFile, encodeTorrentFile(metainfo));
    return {
      folder,
      torrentFile,
      magnet: formatMagnet({ infoHash: metainfo.infoHash, displayName: metainfo.name }),
    };
  }
}
