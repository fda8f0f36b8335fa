/** The torrents of a session in their order, which is that of the queue, and the record that names them. */
import { ClientError } from "../core/errors.ts";
import type { InfoHashHex } from "../core/ids.ts";
import {
  decodeSessionList,
  encodeSessionList,
  MAX_TORRENTS,
  RESUME_PREFIX,
  SESSION_LIST_RECORD,
  torrentOfRecord,
} from "../storage/index.ts";
import { loadRecord } from "./load-record.ts";
import type { StateStore } from "./session-ports.ts";
import type { TorrentReport } from "./snapshot/torrent-report.ts";
import type { Torrent } from "./torrent/torrent.ts";

/** A torrent with what is told of it. */
export interface Held {
  readonly torrent: Torrent;
  readonly report: TorrentReport;
}

export interface TorrentListOptions {
  readonly store: StateStore;
  /** Whether the list is recorded at all. */
  readonly isRemembered: boolean;
  readonly log: (text: string) => void;
}

export class TorrentList {
  readonly #options: TorrentListOptions;
  readonly #held = new Map<InfoHashHex, Held>();
  /** Listed torrents whose records could not be read this time: they stay listed, for the fault may pass. */
  readonly #unreadable = new Set<InfoHashHex>();

  /** Saves that were begun, and the latest of them that succeeded. */
  #changes = 0;
  #savedChange = 0;

  constructor(options: TorrentListOptions) {
    this.#options = options;
  }

  /** In order. */
  get all(): readonly Held[] {
    return [...this.#held.values()];
  }

  get torrents(): readonly Torrent[] {
    return this.all.map(({ torrent }) => torrent);
  }

  get(id: string): Held | undefined {
    return this.#held.get(id as InfoHashHex);
  }

  /** Throws `NOT_FOUND`. */
  find(id: string): Held {
    const held = this.get(id);
    if (held !== undefined) return held;
    throw new ClientError("NOT_FOUND", `There is no torrent ${id.slice(0, 40)}.`);
  }

  /** Throws `USAGE` when there is no room for another one. */
  assertRoom(): void {
    if (this.#held.size >= MAX_TORRENTS)
      throw new ClientError("USAGE", `There are ${MAX_TORRENTS} torrents already.`);
  }

  /** At the end of the order, or in the place of the one that it replaces. */
  add(held: Held): void {
    this.#held.set(held.torrent.id, held);
  }

  remove(id: InfoHashHex): void {
    this.#held.delete(id);
  }

  /** Gives a torrent another place; past the end = last. */
  moveTo(id: InfoHashHex, position: number): void {
    const order = [...this.#held];
    const from = order.findIndex(([other]) => other === id);
    const [moved] = from < 0 ? [] : order.splice(from, 1);
    if (moved === undefined) return;
    order.splice(position, 0, moved);
    this.#held.clear();
    for (const [other, held] of order) this.#held.set(other, held);
  }

  /** Keeps it listed though it is not held. */
  noteUnreadable(id: InfoHashHex): void {
    this.#unreadable.add(id);
  }

  /**
   * The torrents of the former session in their order. Where both generations of the list are torn, the records
   * themselves say which torrents there are.
   */
  async load(): Promise<readonly InfoHashHex[]> {
    const { store, log } = this.#options;
    const order = await loadRecord(store, SESSION_LIST_RECORD, (bytes) => {
      const list = decodeSessionList(bytes);
      return list.ok ? list.value : undefined;
    });
    if (order !== undefined) return order;
    const ids = (await store.list(RESUME_PREFIX)).flatMap((name) => torrentOfRecord(name) ?? []);
    if (ids.length > 0) log("the order of the torrents is lost: they are listed by their info-hash");
    return ids.slice(0, MAX_TORRENTS);
  }

  /** Durable when it resolves. Torrents of which only the metadata is wanted are not listed. */
  async save(): Promise<void> {
    const { store, isRemembered } = this.#options;
    if (!isRemembered) return;
    const ids = this.torrents.filter((torrent) => !torrent.isMetadataOnly).map((torrent) => torrent.id);
    const unreadable = [...this.#unreadable].filter((id) => !this.#held.has(id));
    const change = ++this.#changes;
    await store.save(SESSION_LIST_RECORD, encodeSessionList([...ids, ...unreadable]));
    this.#savedChange = Math.max(this.#savedChange, change);
  }

  /** A list that the disk refused is tried again: what it lacks would be gone after a restart. */
  async saveAgain(): Promise<void> {
    if (this.#savedChange < this.#changes) await this.save().catch(() => undefined);
  }
}
