/**
 * How torrents come into the session and leave it: added, taken up from the former session, removed, and had again
 * after a removal.
 */
import type { AddressProfile } from "../core/address-profile.ts";
import type { Endpoint } from "../core/endpoint.ts";
import { ClientError } from "../core/errors.ts";
import { type InfoHashHex, infoHashHex } from "../core/ids.ts";
import { readPeers } from "./given-peers.ts";
import type { SessionPlatform } from "./session-ports.ts";
import type { AddOptions, TorrentSource } from "./session-view.ts";
import { InOrder } from "./torrent/in-order.ts";
import { RemovedTorrents } from "./torrent/removed-torrents.ts";
import { assertSelection } from "./torrent/selection.ts";
import type { Torrent } from "./torrent/torrent.ts";
import type { TorrentRecords } from "./torrent/torrent-records.ts";
import { assertMayDownload, type ReadSource, readSource } from "./torrent/torrent-source.ts";
import { specOfAddition, specOfRecord, type TorrentSpec } from "./torrent/torrent-spec.ts";
import type { TorrentList } from "./torrent-list.ts";

/** Records that are read at the same time when the session starts: each takes a handful of turns of Node's file threads. */
const RECORDS_AT_ONCE = 32;

export interface TorrentAdmissionOptions {
  readonly platform: SessionPlatform;
  /** Where the data of torrents goes for which nobody names a folder. */
  readonly folder: string;
  readonly addressProfile: AddressProfile;
  readonly records: TorrentRecords;
  readonly list: TorrentList;
  readonly log: (text: string) => void;
  /** Makes a torrent and puts it into the list; it does not begin yet. */
  readonly hold: (spec: TorrentSpec) => Torrent;
  /** Others may have their turn now. */
  readonly giveTurns: () => void;
  /** The list is another one: it is shown at once. */
  readonly publish: () => void;
  readonly isClosing: () => boolean;
}

/** What is known of a torrent that is being added. */
interface Addition {
  readonly read: ReadSource;
  readonly options: AddOptions;
  readonly manualPeers: readonly Endpoint[];
  readonly id: InfoHashHex;
}

export class TorrentAdmission {
  readonly #options: TorrentAdmissionOptions;
  readonly #inOrder = new InOrder();
  readonly #removed = new RemovedTorrents();

  constructor(options: TorrentAdmissionOptions) {
    this.#options = options;
  }

  /** See `SessionCommands.add`. */
  async add(
    source: TorrentSource,
    options: AddOptions,
  ): Promise<{ readonly id: string; readonly isNew: boolean }> {
    this.#assertOpen();
    const read = readSource(source);
    if (options.select !== undefined) assertSelection(options.select);
    if (read.metainfo !== undefined && options.metadataOnly !== true) assertMayDownload(read.metainfo);
    const manualPeers = readPeers(options.peers ?? [], this.#options.addressProfile);
    const id = infoHashHex(read.infoHash);
    return await this.#inOrder.run(id, () => this.#addInOrder({ read, options, manualPeers, id }));
  }

  /** See `SessionCommands.remove`. */
  async remove(id: string, options: { readonly deleteData: boolean }): Promise<void> {
    const { list, platform, publish } = this.#options;
    const { torrent } = list.find(id);
    list.remove(torrent.id);
    publish();
    try {
      const spec = await this.#inOrder.run(torrent.id, () => torrent.remove(options));
      const nowMs = platform.clock.nowMs();
      if (!options.deleteData && !torrent.isMetadataOnly) this.#removed.keep(torrent.id, spec, nowMs);
    } finally {
      await list.save();
    }
  }

  /** See `SessionCommands.restore`. */
  async takeBack(id: string): Promise<void> {
    const { list, platform } = this.#options;
    this.#assertOpen();
    const spec = this.#removed.take(id, platform.clock.nowMs());
    if (spec === undefined || list.get(id) !== undefined)
      throw new ClientError(
        "NOT_FOUND",
        `There is no removal of ${id.slice(0, 40)} that could be taken back.`,
      );
    await this.#remember(this.#begin(spec));
  }

  /** Takes up the torrents of the former session. */
  async takeUp(): Promise<void> {
    const { list, giveTurns } = this.#options;
    const ids = await list.load();
    for (let i = 0; i < ids.length; i += RECORDS_AT_ONCE) {
      const batch = ids.slice(i, i + RECORDS_AT_ONCE);
      const specs = await Promise.all(batch.map((id) => this.#formerSpec(id)));
      for (const [k, id] of batch.entries()) this.#holdFormer(id, specs[k]);
    }
    giveTurns();
    for (const torrent of list.torrents) torrent.start();
  }

  /** Undefined when the record cannot be read. */
  async #formerSpec(id: InfoHashHex): Promise<TorrentSpec | undefined> {
    const { records } = this.#options;
    const [resume, metainfo] = await Promise.all([
      records.loadResume(id, "").catch(() => undefined),
      records.loadMetainfo(id).catch(() => undefined),
    ]);
    return resume && specOfRecord(resume, metainfo);
  }

  #holdFormer(id: InfoHashHex, spec: TorrentSpec | undefined): void {
    const { list, log, hold } = this.#options;
    if (spec !== undefined) {
      hold(spec);
      return;
    }
    list.noteUnreadable(id);
    log(`the record of torrent ${id} cannot be read`);
  }

  async #addInOrder(addition: Addition): Promise<{ readonly id: string; readonly isNew: boolean }> {
    const { list } = this.#options;
    const { read, options, manualPeers, id } = addition;
    const present = list.get(id)?.torrent;
    if (present !== undefined && (!present.isMetadataOnly || options.metadataOnly === true)) {
      if (read.metainfo !== undefined) present.offerMetainfo(read.metainfo);
      present.sources.add(manualPeers, "manual");
      present.sources.add(read.peers, "magnet");
      return { id, isNew: false };
    }
    list.assertRoom();
    const metainfo = read.metainfo ?? present?.metainfo;
    if (metainfo !== undefined && options.metadataOnly !== true) assertMayDownload(metainfo);
    await present?.close();
    const spec = await this.#load({ ...addition, read: { ...read, metainfo } });
    this.#assertOpen();
    const torrent = this.#begin(spec);
    if (options.metadataOnly !== true) await this.#remember(torrent);
    return { id, isNew: true };
  }

  #begin(spec: TorrentSpec): Torrent {
    const { hold, giveTurns, publish } = this.#options;
    const torrent = hold(spec);
    giveTurns();
    torrent.start();
    publish();
    return torrent;
  }

  /** The record first: a list that names a torrent without one would be of no use after a crash. */
  async #remember(torrent: Torrent): Promise<void> {
    await torrent.save();
    await this.#options.list.save();
  }

  /** What was known of the torrent before counts again. */
  async #load(addition: Addition): Promise<TorrentSpec> {
    const { platform, records } = this.#options;
    const { read, options, manualPeers, id } = addition;
    const folder = options.folder ?? this.#options.folder;
    const former = await records.loadResume(id, folder);
    const formerMetainfo = read.metainfo === undefined ? await records.loadMetainfo(id) : undefined;
    return specOfAddition({
      source: read,
      options,
      folder,
      manualPeers,
      nowUnixMs: platform.unixMs(),
      former,
      formerMetainfo,
    });
  }

  #assertOpen(): void {
    if (this.#options.isClosing()) throw new ClientError("SESSION_CLOSED", "The engine is stopping.");
  }
}
