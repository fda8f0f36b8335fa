/**
 * One download that is killed (SIGKILL) at a given moment and started again with the same command. What was paid
 * twice is counted by the seeder: everything that it sent beyond the content itself.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { digestsIn, digestsOf, KIB, MIB, writeContent } from "../support/content.ts";
import type { Lab } from "../support/lab.ts";
import { Libtorrent } from "../support/libtorrent.ts";
import { Starling } from "../support/starling.ts";

const PIECE_BYTES = 256 * KIB;
/** Of unsaved work, by issue 2: so many seconds of the rate, and never more than so many bytes. */
const UNSAVED_SECONDS = 10;
const UNSAVED_BYTES = 64 * MIB;
/** Pieces that may be half done at once: what one peer has been asked for, and what waits for its hash. */
const OPEN_PIECES = 32;
const DOWNLOAD_TIMEOUT_MS = 110_000;

export interface KillSetting {
  readonly contentBytes: number;
  readonly rateBytesPerSecond: number;
}

export interface KillOutcome {
  /** When it was killed, from the first byte of the content on. */
  readonly killedAfterMs: number;
  /** What the seeder had sent by then. */
  readonly sentAtKillBytes: number;
  /** What was sent a second time. */
  readonly sentAgainBytes: number;
  readonly isExact: boolean;
}

/** What may be sent twice: unsaved work and the open pieces. */
export function allowedAgainBytes({ rateBytesPerSecond }: KillSetting): number {
  return Math.min(UNSAVED_SECONDS * rateBytesPerSecond, UNSAVED_BYTES) + OPEN_PIECES * PIECE_BYTES;
}

export class KillBench {
  readonly #lab: Lab;
  readonly #setting: KillSetting;
  readonly #content: string;
  readonly #torrent: string;

  static async open(lab: Lab, setting: KillSetting): Promise<KillBench> {
    const content = writeContent(join(lab.newFolder("content"), "film.bin"), setting.contentBytes, "kill9");
    const maker = await Libtorrent.start(lab, { dht: false });
    const torrent = `${content}.torrent`;
    await maker.create({ path: content, output: torrent, format: "v1", pieceBytes: PIECE_BYTES });
    await maker.stop();
    return new KillBench(lab, setting, content, torrent);
  }

  private constructor(lab: Lab, setting: KillSetting, content: string, torrent: string) {
    this.#lab = lab;
    this.#setting = setting;
    this.#content = content;
    this.#torrent = torrent;
  }

  /** How long a whole download takes at the rate. */
  get expectedMs(): number {
    return (this.#setting.contentBytes / this.#setting.rateBytesPerSecond) * 1000;
  }

  async killAfter(killedAfterMs: number): Promise<KillOutcome> {
    const seeder = await Libtorrent.start(this.#lab, { dht: false });
    const infoHash = await seeder.add({
      torrent: this.#torrent,
      save: join(this.#content, ".."),
      seed: true,
    });
    const folder = this.#lab.newFolder("download");
    const home = this.#lab.newFolder("home");
    const host = this.#lab.newHost();
    const start = (): Starling =>
      Starling.get(this.#lab, this.#torrent, folder, {
        host,
        home,
        peers: [seeder.address],
        extra: ["--max-down", String(this.#setting.rateBytesPerSecond)],
      });

    const first = start();
    await seeder.waitForTorrentEvent("first-upload", infoHash, DOWNLOAD_TIMEOUT_MS);
    await sleep(killedAfterMs);
    first.signal("SIGKILL");
    await first.exit;
    const { uploadedBytes: sentAtKillBytes } = await seeder.status(infoHash);

    await start().waitForSuccess(DOWNLOAD_TIMEOUT_MS);
    const { uploadedBytes } = await seeder.status(infoHash);
    await seeder.stop();
    const isExact = JSON.stringify(digestsIn(folder)) === JSON.stringify(digestsOf(this.#content));
    rmSync(folder, { recursive: true });
    return {
      killedAfterMs,
      sentAtKillBytes,
      sentAgainBytes: uploadedBytes - this.#setting.contentBytes,
      isExact,
    };
  }
}
