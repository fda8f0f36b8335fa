/**
 * The engine as a whole: one network, one DHT node, one wire, and the torrents. Composes them over a platform, answers
 * the commands of viewers and keeps the snapshot that all of them read.
 */

import type { AddressProfile } from "../core/address-profile.ts";
import { endpoint, formatEndpoint } from "../core/endpoint.ts";
import type { InfoHashHex } from "../core/ids.ts";
import type { ByteStream } from "../core/ports.ts";
import type { LocalDiscovery, Wire } from "../wire/index.ts";
import { CompletionHook } from "./completion/completion-hook.ts";
import { routeDatagrams } from "./datagram-router.ts";
import { inTime } from "./in-time.ts";
import { openLocalDiscovery } from "./local-discovery.ts";
import { MachineWatch } from "./machine-watch.ts";
import { boundHosts, OwnAddresses } from "./own-addresses.ts";
import type { PrivateKey } from "./private-network.ts";
import { TurnGiver } from "./queue/turn-giver.ts";
import { OutsideAddress } from "./reachability/outside-address.ts";
import { PortMapping } from "./reachability/port-mapping.ts";
import { Reachability } from "./reachability/reachability.ts";
import { SessionBans } from "./session-bans.ts";
import { sessionCommands } from "./session-commands.ts";
import {
  HEARTBEAT_MS,
  type SessionConfig,
  SHUTDOWN_TIMEOUT_MS,
  SNAPSHOT_INTERVAL_MS,
  WATCH_INTERVAL_MS,
} from "./session-config.ts";
import { SessionDht } from "./session-dht.ts";
import { SessionLog } from "./session-log.ts";
import type { OpenNetwork, SessionPlatform } from "./session-ports.ts";
import { openWire, type SessionRecorder } from "./session-recorder.ts";
import { SessionSealing } from "./session-sealing.ts";
import { SessionTotals } from "./session-totals.ts";
import type { SessionCommands, SessionSnapshot, SessionView } from "./session-view.ts";
import { SettingsKeeper } from "./settings/settings-keeper.ts";
import { sessionSnapshot, sharedFacts } from "./snapshot/session-snapshot.ts";
import { SnapshotStore } from "./snapshot/snapshot-store.ts";
import type { SharedFacts } from "./snapshot/torrent-facts.ts";
import { TorrentReport } from "./snapshot/torrent-report.ts";
import { CheckQueue } from "./torrent/check-queue.ts";
import type { ReadRange } from "./torrent/content-readers.ts";
import { indexOfFile } from "./torrent/file-to-read.ts";
import { Torrent } from "./torrent/torrent.ts";
import { TorrentRecords } from "./torrent/torrent-records.ts";
import type { TorrentSpec } from "./torrent/torrent-spec.ts";
import { TorrentAdmission } from "./torrent-admission.ts";
import { TorrentList } from "./torrent-list.ts";
import { PeerTransports } from "./transport/peer-transports.ts";
import { FolderWatch } from "./watch/folder-watch.ts";

export class Session implements SessionView {
  readonly commands: SessionCommands;
  /** Resolves when the session has shut down. */
  readonly closed: Promise<void>;
  readonly #platform: SessionPlatform;
  readonly #config: SessionConfig;
  readonly #network: OpenNetwork;
  /** Of a sealed network. */
  readonly #sealing: SessionSealing | undefined;
  /** The sockets to be used: sealed ones in a sealed network. */
  readonly #datagrams: Pick<OpenNetwork, "udp4" | "udp6">;
  readonly #addressProfile: AddressProfile;
  readonly #ownAddresses: OwnAddresses;
  readonly #outside: OutsideAddress;
  readonly #transports: PeerTransports;
  readonly #wire: Wire;
  /** Undefined where nothing is recorded. */
  readonly #recorder: SessionRecorder | undefined;
  readonly #log: SessionLog;
  readonly #records: TorrentRecords;
  readonly #machine: MachineWatch;
  readonly #reachability: Reachability;
  readonly #checks = new CheckQueue();
  readonly #list: TorrentList;
  readonly #queue: TurnGiver;
  readonly #admission: TorrentAdmission;
  /** What each viewer wants details of. */
  readonly #watched = new Map<object, ReadonlySet<string>>();
  readonly #store: SnapshotStore;
  readonly #hook: CompletionHook;
  readonly #folderWatch: FolderWatch;
  #watchedFoldersAtMs = Number.NEGATIVE_INFINITY;
  readonly #settings: SettingsKeeper;
  #isPublishDue = false;
  readonly #totals: SessionTotals;
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
    this.#outside = new OutsideAddress(addressProfile, network.port, () => this.#outsideChanged());
    this.#records = new TorrentRecords(platform.state, { isShared: config.isStateShared });
    const { clock, random } = platform;
    this.#sealing = SessionSealing.of(platform, network, config.privateNetwork);
    this.#datagrams = this.#sealing ?? network;
    const { udp4, udp6 } = this.#datagrams;
    this.#transports = new PeerTransports({
      clock,
      random,
      network: { ...network, udp4, udp6 },
      choice: config.transport,
    });
    const { wire, recorder } = openWire(config.recording, {
      clock,
      random,
      dialer: this.#sealing?.dialerOver(this.#transports.dialer) ?? this.#transports.dialer,
      hasSentTo: (host) => this.#dht?.node.hasAsked(host) === true,
      isUtpHeldBack: () => this.#transports.isUtpHeldBack,
      slabs: platform.slabs,
      addressProfile,
      config: {
        uploadSlots: config.uploadSlots,
        // What is sealed gains nothing from a second cipher inside.
        encryption: this.#sealing === undefined ? config.encryption : "off",
      },
    });
    this.#wire = wire;
    this.#recorder = recorder;
    this.#wire.setLimits({
      maxConnections: Math.min(config.maxConnections, platform.maxConnections ?? Number.POSITIVE_INFINITY),
      isLanExempt: config.isLanExempt,
    });
    this.#reachability = new Reachability(this.#newPortMapping(), addressProfile === "public");
    this.#totals = new SessionTotals(platform, this.#wire, this.#log);
    this.#machine = new MachineWatch({
      platform,
      network,
      isLoopbackOnly: addressProfile === "loopback",
      folder: config.folder,
      log: (text) => this.#log.add(text),
      onNetworkChange: () => {
        this.#dht?.node.networkChanged();
        this.#outside.forget();
        this.#reachability.mapping?.start();
      },
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
    this.#admission = new TorrentAdmission({
      platform,
      folder: config.folder,
      addressProfile,
      records: this.#records,
      list: this.#list,
      log: (text) => this.#log.add(text),
      hold: (spec) => this.#hold(spec),
      giveTurns: () => this.#queue.give(),
      publish: () => this.#store.publish(),
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
      add: (source, options) => this.#admission.add(source, options),
      log: (text) => this.#log.add(text),
    });
  }

  /** Begins to answer the network, and takes up the torrents of the former session where it remembers. */
  async start(): Promise<void> {
    for (const warning of this.#network.warnings) this.#log.add(warning);
    this.#machine.start();
    await this.#settings.load();
    if (this.#config.dht) this.#dht = await this.#openDht();
    // Announcements on the local network name info-hashes to everybody there.
    if (this.#sealing === undefined && (this.#config.localDiscovery ?? this.#addressProfile !== "loopback"))
      this.#neighbours = await openLocalDiscovery({
        platform: this.#platform,
        host: this.#config.host,
        listenPort: this.#network.port,
        log: (text) => this.#log.add(text),
      });
    for (const socket of [this.#datagrams.udp4, this.#datagrams.udp6])
      if (socket !== undefined) routeDatagrams(socket, { dht: this.#dht?.node, utp: this.#transports });
    const accept = (stream: ByteStream): void => this.#wire.accept(stream);
    this.#transports.listen((stream) => {
      if (this.#sealing === undefined) accept(stream);
      else this.#sealing.accept(stream, accept);
    });
    await this.#dht?.start();
    this.#reachability.mapping?.start();
    if (this.#config.remember) {
      this.#bans = new SessionBans(this.#platform, this.#wire, this.#log);
      await this.#bans.start();
      await this.#totals.start();
      await this.#admission.takeUp();
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

  /** A line for people, about the whole session. */
  log(text: string): void {
    this.#log.add(text);
    this.#store.touch();
  }

  /** In a sealed network: it got a new key, or gave up an old one. Nothing is interrupted. */
  takeNetworkKeys(keys: readonly PrivateKey[]): void {
    this.#sealing?.takeKeys(keys);
    this.#log.add("the network's keys have changed");
  }

  /** Announces nothing more, saves, and closes everything. Closing twice is the same closing. */
  close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  #commandsOf(viewer: object): SessionCommands {
    const targets = {
      addressProfile: this.#addressProfile,
      list: this.#list,
      admission: this.#admission,
      queue: this.#queue,
      settings: this.#settings,
      store: this.#store,
      close: () => this.close(),
    };
    return sessionCommands(targets, (ids) => {
      this.#watched.set(viewer, new Set(ids));
      this.#store.touch();
    });
  }

  // ---- torrents ---------------------------------------------------------------------------------------------------

  #hold(spec: TorrentSpec): Torrent {
    let report: TorrentReport | undefined;
    const torrent = new Torrent(spec, {
      platform: this.#platform,
      wire: this.#wire,
      dht: this.#dht?.node,
      neighbours: this.#neighbours,
      addressProfile: this.#addressProfile,
      ownAddresses: this.#ownAddresses,
      outside: this.#outside,
      listenPort: this.#network.port,
      records: this.#records,
      checks: this.#checks,
      log: this.#log,
      defaultGoal: () => this.#settings.defaultGoal,
      onFinished: () => this.#runHook(torrent),
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

  // ---- time -------------------------------------------------------------------------------------------------------

  /** Rates fall and waits grow without any event. */
  #beat(): void {
    this.#heartbeat = this.#platform.clock.setTimer(HEARTBEAT_MS, () => this.#beat());
    this.#machine.noticeSleep();
    this.#noteReach();
    const shared = this.#sharedFacts();
    for (const { torrent, report } of this.#list.all) {
      torrent.tick();
      if (torrent.isActive) report.tick(shared);
    }
    this.#recorder?.note(shared.nowMs, this.#list.all);
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
      sealing: this.#sealing,
      config: this.#config,
      addressProfile: this.#addressProfile,
      outside: this.#outside,
      log: this.#log,
      onJoined: () => {
        for (const { torrent } of this.#list.all) torrent.sources.dhtJoined();
      },
      onChange: () => this.#store.touch(),
    });
  }

  #newPortMapping(): PortMapping | undefined {
    const { portMapping = this.#addressProfile === "public", transport } = this.#config;
    if (!portMapping) return undefined;
    const { clock, random } = this.#platform;
    return new PortMapping({
      clock,
      random,
      network: this.#network,
      // The DHT is there whatever peers are connected over.
      transports: transport === "utp" ? ["udp"] : ["tcp", "udp"],
      log: (text) => this.#log.add(text),
      onChange: (mapping) => {
        this.#outside.saidByRouter(mapping);
        this.#store.touch();
      },
    });
  }

  /** Peers that we meet from now on are told, and the DHT where the port is another. */
  #outsideChanged(): void {
    const { hosts, port } = this.#outside;
    for (const host of hosts) this.#ownAddresses.add(host);
    this.#wire.setOutside({ hosts, port });
    for (const { torrent } of this.#list.all) torrent.showPresence();
  }

  #noteReach(): void {
    const { acceptedIncoming, connections, halfOpen } = this.#wire.view();
    const totals = this.#dht?.node.view().totals;
    const hasReached = connections > halfOpen || (totals?.repliesIn ?? 0) > 0;
    const facts = { incoming: acceptedIncoming, strangers: totals?.strangersIn ?? 0, hasReached };
    this.#reachability.update(facts, this.#platform.clock.nowMs());
  }

  async #shutDown(): Promise<void> {
    this.#heartbeat?.[Symbol.dispose]();
    const everything = Promise.allSettled(this.#list.all.map(({ torrent }) => torrent.close()));
    await inTime(this.#platform.clock, SHUTDOWN_TIMEOUT_MS, everything);
    await this.#list.saveAgain();
    if (this.#config.remember) await this.#totals.close();
    await this.#bans?.close();
    await this.#dht?.close();
    await this.#reachability.mapping?.close();
    this.#neighbours?.close();
    this.#wire.close();
    this.#transports.close();
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
      reach: this.#reachability.snapshot(),
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
      allTime: this.#totals.now,
      settings: this.#settings,
      dht: this.#dht,
      reachability: this.#reachability.snapshot(),
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
