/**
 * The engine as a whole: one network, one DHT node, one wire, and the torrents. Composes them over a platform, answers
 * the commands of viewers and keeps the snapshot that all of them read.
 */

import type { AddressProfile } from "../core/address-profile.ts";
import { mayContact } from "../core/address-profile.ts";
import { type Endpoint, endpoint, formatEndpoint, parseEndpoint } from "../core/endpoint.ts";
import { ClientError } from "../core/errors.ts";
import { type InfoHashHex, infoHashHex } from "../core/ids.ts";
import { type LocalDiscovery, WireEngine } from "../wire/index.ts";
import { CompletionHook } from "./completion/completion-hook.ts";
import { routeDatagrams } from "./datagram-router.ts";
import { inTime } from "./in-time.ts";
import { openLocalDiscovery } from "./local-discovery.ts";
import { MachineWatch } from "./machine-watch.ts";
import { boundHosts, OwnAddresses } from "./own-addresses.ts";
import { TurnGiver } from "./queue/turn-giver.ts";
import { SessionBans } from "./session-bans.ts";
import {
  HEARTBEAT_MS,
  type SessionConfig,
  SHUTDOWN_TIMEOUT_MS,
  SNAPSHOT_INTERVAL_MS,
  WATCH_INTERVAL_MS,
} from "./session-config.ts";
import { krpcRoutes, SessionDht } from "./session-dht.ts";
import { SessionLog } from "./session-log.ts";
import type { OpenNetwork, SessionPlatform } from "./session-ports.ts";
import type {
  AddOptions,
  SessionCommands,
  SessionSettings,
  SessionSnapshot,
  SessionView,
  TorrentSettings,
  TorrentSource,
} from "./session-view.ts";
import { SettingsKeeper } from "./settings/settings-keeper.ts";
import { sessionSnapshot, sharedFacts } from "./snapshot/session-snapshot.ts";
import { SnapshotStore } from "./snapshot/snapshot-store.ts";
import type { SharedFacts } from "./snapshot/torrent-facts.ts";
import { TorrentReport } from "./snapshot/torrent-report.ts";
import { CheckQueue } from "./torrent/check-queue.ts";
import type { ReadRange } from "./torrent/content-readers.ts";
import { indexOfFile } from "./torrent/file-to-read.ts";
import { RemovedTorrents } from "./torrent/removed-torrents.ts";
import { assertSelection } from "./torrent/selection.ts";
import { Torrent } from "./torrent/torrent.ts";
import { TorrentRecords } from "./torrent/torrent-records.ts";
import { assertMayDownload, type ReadSource, readSource } from "./torrent/torrent-source.ts";
import { specOfAddition, specOfRecord, type TorrentSpec } from "./torrent/torrent-spec.ts";
import { TorrentList } from "./torrent-list.ts";
import { FolderWatch } from "./watch/folder-watch.ts";

/** What is known of a torrent that is being added. */
interface Addition {
  readonly read: ReadSource;
  readonly options: AddOptions;
  readonly manualPeers: readonly Endpoint[];
  readonly id: InfoHashHex;
}

export class Session implements SessionView {
  readonly commands: SessionCommands;
  /** Resolves when the session has shut down. */
  readonly closed: Promise<void>;
  readonly #platform: SessionPlatform;
  readonly #config: SessionConfig;
  readonly #network: OpenNetwork;
  readonly #addressProfile: AddressProfile;
  readonly #ownAddresses: OwnAddresses;
  readonly #wire: WireEngine;
  readonly #log: SessionLog;
  readonly #records: TorrentRecords;
  readonly #machine: MachineWatch;
  readonly #checks = new CheckQueue();
  readonly #list: TorrentList;
  readonly #queue: TurnGiver;
  /** Additions and removals of one torrent happen one after another. */
  readonly #turns = new Map<InfoHashHex, Promise<void>>();
  /** What each viewer wants details of. */
  readonly #watched = new Map<object, ReadonlySet<string>>();
  readonly #store: SnapshotStore;
  readonly #removed = new RemovedTorrents();
  readonly #hook: CompletionHook;
  readonly #folderWatch: FolderWatch;
  #watchedFoldersAtMs = Number.NEGATIVE_INFINITY;
  readonly #settings: SettingsKeeper;
  #isPublishDue = false;
  #bans: SessionBans | undefined;
  #dht: SessionDht | undefined;
  /** Undefined where nobody is looked for on the local network. */
  #neighbours: LocalDiscovery | undefined;
  #heartbeat: Disposable | undefined;
  #closing: Promise<void> | undefined;
  #reportClosed: () => void = () => {};

  /** Use `openSession`, which also starts it. */
  constructor(
    platform: SessionPlatform,
    config: SessionConfig,
    network: OpenNetwork,
    addressProfile: AddressProfile,
  ) {
    this.#platform = platform;
    this.#config = config;
    this.#network = network;
    this.#addressProfile = addressProfile;
    this.#log = new SessionLog(() => platform.unixMs());
    this.#ownAddresses = new OwnAddresses(network.port, boundHosts(network));
    this.#records = new TorrentRecords(platform.state, { isShared: config.isStateShared });
    this.#wire = new WireEngine({
      clock: platform.clock,
      random: platform.random,
      dialer: network.dialer,
      slabs: platform.slabs,
      addressProfile,
    });
    this.#wire.setLimits({ maxConnections: config.maxConnections, isLanExempt: config.isLanExempt });
    this.#machine = new MachineWatch({
      platform,
      network,
      isLoopbackOnly: addressProfile === "loopback",
      folder: config.folder,
      log: (text) => this.#log.add(text),
      onNetworkChange: () => this.#dht?.node.networkChanged(),
      onInterfaceChange: () => this.#store.publish(),
    });
    this.#list = new TorrentList({
      store: platform.state,
      isRemembered: config.remember,
      log: (text) => this.#log.add(text),
    });
    this.#settings = new SettingsKeeper({
      platform,
      config,
      wire: this.#wire,
      log: (text) => this.#log.add(text),
    });
    this.#queue = new TurnGiver({
      clock: platform.clock,
      torrents: () => this.#list.torrents,
      limits: () => this.#settings.current,
      isClosing: () => this.#closing !== undefined,
    });
    this.closed = new Promise((resolve) => {
      this.#reportClosed = resolve;
    });
    this.#store = new SnapshotStore({
      clock: platform.clock,
      intervalMs: SNAPSHOT_INTERVAL_MS,
      build: () => this.#buildSnapshot(),
    });
    this.commands = this.#commandsOf(this);
    this.#hook = new CompletionHook(platform.programs, (text, id) => this.#log.add(text, id as InfoHashHex));
    this.#folderWatch = new FolderWatch({
      folders: platform.userFolders,
      add: (source, options) => this.#add(source, options),
      log: (text) => this.#log.add(text),
    });
  }

  /** Begins to answer the network, and takes up the torrents of the former session where it remembers. */
  async start(): Promise<void> {
    for (const warning of this.#network.warnings) this.#log.add(warning);
    this.#machine.start();
    await this.#settings.load();
    if (this.#config.dht) this.#dht = await this.#openDht();
    if (this.#config.localDiscovery ?? this.#addressProfile !== "loopback")
      this.#neighbours = await openLocalDiscovery({
        platform: this.#platform,
        host: this.#config.host,
        listenPort: this.#network.port,
        log: (text) => this.#log.add(text),
      });
    const routes = { ...krpcRoutes(this.#dht), handleOther: () => {} };
    for (const socket of [this.#network.udp4, this.#network.udp6])
      if (socket !== undefined) routeDatagrams(socket, routes);
    for (const listener of this.#network.listeners)
      listener.onConnection = (stream) => this.#wire.accept(stream);
    this.#dht?.start();
    if (this.#config.remember) {
      this.#bans = new SessionBans(this.#platform, this.#wire, this.#log);
      await this.#bans.start();
      await this.#restore();
    }
    this.#beat();
    this.#store.publish();
  }

  getSnapshot(): SessionSnapshot {
    return this.#store.get();
  }

  subscribe(listener: () => void): () => void {
    return this.#store.subscribe(listener);
  }

  /**
   * A file of a torrent in order while it comes: what is read next is fetched first. `path` is one of the torrent's,
   * as on disk; without it the longest file. See `ContentReaders.read` for what it throws.
   */
  readFile(id: string, path?: string, range: ReadRange = {}): AsyncGenerator<Uint8Array, void, undefined> {
    const { torrent } = this.#list.find(id);
    return torrent.readers.read(indexOfFile(torrent.metainfo?.files ?? [], path), range);
  }

  /** One viewer's own set of commands: `watchDetails` counts for it alone, until `detach`. */
  attachViewer(): { readonly commands: SessionCommands; detach(): void } {
    const viewer = {};
    return {
      commands: this.#commandsOf(viewer),
      detach: () => {
        this.#watched.delete(viewer);
        this.#store.touch();
      },
    };
  }

  /** Announces nothing more, saves, and closes everything. Closing twice is the same closing. */
  close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  // ---- commands ---------------------------------------------------------------------------------------------------

  #commandsOf(viewer: object): SessionCommands {
    return {
      add: (source, options) => this.#add(source, options),
      pause: async (id) => this.#list.find(id).torrent.pause(),
      resume: async (id) => {
        this.#list.find(id).torrent.resume();
        // A torrent of which only the metadata was wanted is remembered from now on.
        await this.#list.save();
      },
      remove: (id, options) => this.#remove(id, options),
      restore: (id) => this.#restoreRemoved(id),
      verify: async (id) => this.#list.find(id).torrent.verify(),
      reannounce: async (id) => this.#list.find(id).torrent.sources.lookNow(),
      addPeers: async (id, addresses) => {
        const peers = this.#readPeers(addresses);
        this.#list.find(id).torrent.sources.add(peers, "manual");
      },
      setFilePriorities: async (id, priorities) => this.#list.find(id).torrent.setFilePriorities(priorities),
      setTorrent: (id, settings) => this.#setTorrent(id, settings),
      moveData: (id, folder) => this.#moveData(id, folder),
      configure: (changes) => this.#configure(changes),
      exportTorrent: async (id) => this.#list.find(id).torrent.exportTorrent(),
      watchDetails: async (ids) => {
        this.#watched.set(viewer, new Set(ids));
        this.#store.touch();
      },
      shutdown: () => this.close(),
    };
  }

  async #setTorrent(id: string, settings: TorrentSettings): Promise<void> {
    const { torrent } = this.#list.find(id);
    torrent.setChoices(settings);
    this.#store.touch();
    if (settings.queuePosition === undefined) return;
    this.#list.moveTo(torrent.id, settings.queuePosition);
    this.#queue.give();
    await this.#list.save();
  }

  async #moveData(id: string, folder: string): Promise<void> {
    if (folder === "" || folder.includes("\0"))
      throw new ClientError("USAGE", "This is not the name of a folder.");
    await this.#list.find(id).torrent.moveData(folder);
  }

  async #configure(changes: Partial<SessionSettings>): Promise<void> {
    this.#settings.change(changes);
    this.#queue.give();
    for (const { torrent, report } of this.#list.all) {
      torrent.reviewGoal();
      report.touch();
    }
    this.#store.touch();
    await this.#settings.save();
  }

  async #add(
    source: TorrentSource,
    options: AddOptions,
  ): Promise<{ readonly id: string; readonly isNew: boolean }> {
    this.#assertOpen();
    const read = readSource(source);
    if (options.select !== undefined) assertSelection(options.select);
    if (read.metainfo !== undefined && options.metadataOnly !== true) assertMayDownload(read.metainfo);
    const manualPeers = this.#readPeers(options.peers ?? []);
    const id = infoHashHex(read.infoHash);
    return await this.#inTurn(id, () => this.#addInTurn({ read, options, manualPeers, id }));
  }

  async #addInTurn(addition: Addition): Promise<{ readonly id: string; readonly isNew: boolean }> {
    const { read, options, manualPeers, id } = addition;
    const present = this.#list.get(id)?.torrent;
    if (present !== undefined && (!present.isMetadataOnly || options.metadataOnly === true)) {
      if (read.metainfo !== undefined) present.offerMetainfo(read.metainfo);
      present.sources.add(manualPeers, "manual");
      present.sources.add(read.peers, "magnet");
      return { id, isNew: false };
    }
    this.#list.assertRoom();
    const metainfo = read.metainfo ?? present?.metainfo;
    if (metainfo !== undefined && options.metadataOnly !== true) assertMayDownload(metainfo);
    await present?.close();
    const spec = await this.#load({ ...addition, read: { ...read, metainfo } });
    this.#assertOpen();
    const torrent = this.#hold(spec);
    this.#queue.give();
    torrent.start();
    this.#store.publish();
    if (options.metadataOnly === true) return { id, isNew: true };
    // The record first: a list that names a torrent without one would be of no use after a crash.
    await torrent.save();
    await this.#list.save();
    return { id, isNew: true };
  }

  /** Runs `work` after everything else that was asked for of this torrent; at once when there is nothing. */
  async #inTurn<Result>(id: InfoHashHex, work: () => Promise<Result>): Promise<Result> {
    const run = this.#turns.get(id)?.then(work) ?? work();
    const turn = run.then(
      () => {},
      () => {},
    );
    this.#turns.set(id, turn);
    try {
      return await run;
    } finally {
      if (this.#turns.get(id) === turn) this.#turns.delete(id);
    }
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new ClientError("SESSION_CLOSED", "The engine is stopping.");
  }

  async #load(addition: Addition): Promise<TorrentSpec> {
    const { read, options, manualPeers, id } = addition;
    const folder = options.folder ?? this.#config.folder;
    const former = await this.#records.loadResume(id, folder);
    const formerMetainfo = read.metainfo === undefined ? await this.#records.loadMetainfo(id) : undefined;
    return specOfAddition({
      source: read,
      options,
      folder,
      manualPeers,
      nowUnixMs: this.#platform.unixMs(),
      former,
      formerMetainfo,
    });
  }

  #hold(spec: TorrentSpec): Torrent {
    let report: TorrentReport | undefined;
    const torrent = new Torrent(spec, {
      platform: this.#platform,
      wire: this.#wire,
      dht: this.#dht?.node,
      neighbours: this.#neighbours,
      addressProfile: this.#addressProfile,
      ownAddresses: this.#ownAddresses,
      listenPort: this.#network.port,
      records: this.#records,
      checks: this.#checks,
      log: this.#log,
      defaultGoal: () => this.#settings.defaultGoal,
      onFinished: (finished) => this.#runHook(finished),
      usesPartNames: () => this.#settings.current.partNames,
      onTurnChange: () => this.#queue.plan(),
      onChange: () => {
        report?.touch();
        this.#store.touch();
      },
      onMilestone: () => {
        report?.touch();
        this.#publishSoon();
      },
    });
    report = new TorrentReport(torrent);
    this.#list.add({ torrent, report });
    return torrent;
  }

  /** One snapshot for all that happens at once: a thousand torrents begin together. */
  #publishSoon(): void {
    if (this.#isPublishDue) return;
    this.#isPublishDue = true;
    this.#platform.clock.setTimer(0, () => {
      this.#isPublishDue = false;
      this.#store.publish();
    });
  }

  async #remove(id: string, options: { readonly deleteData: boolean }): Promise<void> {
    const { torrent } = this.#list.find(id);
    this.#list.remove(torrent.id);
    this.#store.publish();
    try {
      const spec = await this.#inTurn(torrent.id, () => torrent.remove(options));
      const nowMs = this.#platform.clock.nowMs();
      if (!options.deleteData && !torrent.isMetadataOnly) this.#removed.keep(torrent.id, spec, nowMs);
    } finally {
      await this.#list.save();
    }
  }

  async #restoreRemoved(id: string): Promise<void> {
    this.#assertOpen();
    const spec = this.#removed.take(id, this.#platform.clock.nowMs());
    if (spec === undefined || this.#list.get(id) !== undefined)
      throw new ClientError(
        "NOT_FOUND",
        `There is no removal of ${id.slice(0, 40)} that could be taken back.`,
      );
    const torrent = this.#hold(spec);
    this.#queue.give();
    torrent.start();
    this.#store.publish();
    await torrent.save();
    await this.#list.save();
  }

  #runHook(torrent: Torrent): void {
    const { completionHook } = this.#settings.current;
    const path = torrent.metainfo?.files[0]?.path.split("/")[0];
    if (completionHook === null || torrent.metainfo === undefined || path === undefined) return;
    const { id, folder, choices, metainfo } = torrent;
    this.#hook.torrentCompleted(completionHook, {
      id,
      name: metainfo.name,
      folder,
      path,
      labels: choices.labels,
    });
  }

  /** Throws `USAGE` for what is no address, or not one that the address profile lets us talk to. */
  #readPeers(texts: readonly string[]): readonly Endpoint[] {
    return texts.map((text) => {
      const peer = parseEndpoint(text);
      if (peer === undefined) throw new ClientError("USAGE", `“${text}” is not the address of a peer.`);
      if (mayContact(this.#addressProfile, peer)) return peer;
      throw new ClientError("USAGE", `${text} is outside the address profile “${this.#addressProfile}”.`, {
        hint: "Choose another one with --profile-addresses.",
      });
    });
  }

  // ---- memory -----------------------------------------------------------------------------------------------------

  async #restore(): Promise<void> {
    for (const id of await this.#list.load()) {
      const resume = await this.#records.loadResume(id, "").catch(() => undefined);
      if (resume === undefined) {
        this.#list.noteUnreadable(id);
        this.#log.add(`the record of torrent ${id} cannot be read`);
      } else this.#hold(specOfRecord(resume, await this.#records.loadMetainfo(id).catch(() => undefined)));
    }
    this.#queue.give();
    for (const { torrent } of this.#list.all) torrent.start();
  }

  // ---- time -------------------------------------------------------------------------------------------------------

  /** Rates fall and waits grow without any event. */
  #beat(): void {
    this.#heartbeat = this.#platform.clock.setTimer(HEARTBEAT_MS, () => this.#beat());
    this.#machine.noticeSleep();
    const shared = this.#sharedFacts();
    for (const { torrent, report } of this.#list.all) {
      torrent.tick();
      if (torrent.isActive) report.tick(shared);
    }
    this.#settings.applyLimits();
    this.#queue.give();
    if (shared.nowMs - this.#watchedFoldersAtMs >= WATCH_INTERVAL_MS) {
      this.#watchedFoldersAtMs = shared.nowMs;
      void this.#folderWatch.look(this.#settings.current.watchFolders);
    }
    if (this.#machine.isLookDue(shared.nowMs)) {
      void this.#list.saveAgain();
      void this.#machine.lookAround(shared.nowMs);
    }
    this.#store.touch();
  }

  #openDht(): Promise<SessionDht> {
    return SessionDht.open({
      platform: this.#platform,
      network: this.#network,
      config: this.#config,
      addressProfile: this.#addressProfile,
      ownAddresses: this.#ownAddresses,
      log: this.#log,
      onJoined: () => {
        for (const { torrent } of this.#list.all) torrent.sources.dhtJoined();
      },
      onChange: () => this.#store.touch(),
    });
  }

  async #shutDown(): Promise<void> {
    this.#heartbeat?.[Symbol.dispose]();
    const everything = Promise.allSettled(this.#list.all.map(({ torrent }) => torrent.close()));
    await inTime(this.#platform.clock, SHUTDOWN_TIMEOUT_MS, everything);
    await this.#list.saveAgain();
    await this.#bans?.close();
    await this.#dht?.close();
    this.#neighbours?.close();
    this.#wire.close();
    await this.#network.close();
    this.#store.close();
    this.#reportClosed();
  }

  // ---- what is shown ----------------------------------------------------------------------------------------------

  #sharedFacts(): SharedFacts {
    const { clock } = this.#platform;
    return sharedFacts({
      wire: this.#wire.view(),
      dht: this.#dht,
      machine: this.#machine,
      nowMs: clock.nowMs(),
      unixMs: this.#platform.unixMs(),
    });
  }

  #buildSnapshot(): SessionSnapshot {
    return sessionSnapshot({
      shared: this.#sharedFacts(),
      watched: new Set([...this.#watched.values()].flatMap((ids) => [...ids])),
      listening: this.#listening(),
      defaultFolder: this.#config.folder,
      settings: this.#settings,
      dht: this.#dht,
      held: this.#list.all,
      log: this.#log.lines,
    });
  }

  #listening(): string {
    return formatEndpoint(
      endpoint(this.#config.host ?? boundHosts(this.#network)[0] ?? "0.0.0.0", this.#network.port),
    );
  }
}
