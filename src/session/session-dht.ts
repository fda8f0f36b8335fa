/**
 * The session's DHT node: fed from the sockets, introduced to its network, its contacts saved for the next start.
 * Contacts are kept per network: the table of a private network never meets that of another one, nor the public one.
 */
import type { AddressProfile } from "../core/address-profile.ts";
import { decodeDictionary } from "../core/bencode.ts";
import { TORRENT_LIMITS } from "../core/bencode-scanner.ts";
import { toHex, utf8Bytes } from "../core/bytes.ts";
import { formatEndpoint } from "../core/endpoint.ts";
import { sha1 } from "../core/sha1.ts";
import { type DhtEvent, DhtNode } from "../dht/index.ts";
import { DHT_STATE_RECORD } from "../storage/index.ts";
import { BootstrapNodes } from "./bootstrap/bootstrap-nodes.ts";
import { formatHostPort } from "./host-port.ts";
import { loadRecord } from "./load-record.ts";
import { type NetworkNeighbours, openNetworkNeighbours } from "./network-neighbours.ts";
import { dhtConfigOf } from "./private-network.ts";
import type { OutsideAddress } from "./reachability/outside-address.ts";
import { DHT_FIRST_SAVE_MS, DHT_SAVE_INTERVAL_MS, type SessionConfig } from "./session-config.ts";
import type { SessionLog } from "./session-log.ts";
import type { OpenNetwork, SessionPlatform } from "./session-ports.ts";
import type { SessionSealing } from "./session-sealing.ts";
import type { DhtSnapshot } from "./session-view.ts";

export interface SessionDhtOptions {
  readonly platform: SessionPlatform;
  readonly network: OpenNetwork;
  /** Of a sealed network. */
  readonly sealing: SessionSealing | undefined;
  readonly config: SessionConfig;
  readonly addressProfile: AddressProfile;
  readonly outside: OutsideAddress;
  readonly log: SessionLog;
  /** The node has contacts now: lookups that found nobody are worth repeating. */
  readonly onJoined: () => void;
  readonly onChange: () => void;
}

/** Hex digits of the network's digest in a record's name: a handful of networks, no secret. */
const NETWORK_DIGITS = 16;

export class SessionDht {
  readonly node: DhtNode;
  readonly bootstrap: BootstrapNodes;
  readonly startedAtMs: number;
  readonly #options: SessionDhtOptions;
  readonly #record: string | undefined;
  #timer: Disposable | undefined;
  #neighbours: NetworkNeighbours | undefined;

  /** As the snapshot shows it. */
  get network(): DhtSnapshot["network"] {
    const { privateNetwork } = this.#options.config;
    return privateNetwork === undefined ? null : { name: privateNetwork.name, mode: privateNetwork.mode };
  }

  /** Datagrams that no key of the sealed network opens; they never come as far as the node. */
  get refusedForeign(): number {
    return this.#options.sealing?.counters.foreign ?? 0;
  }

  /** Loads the saved contacts of this network and starts the node. */
  static async open(options: SessionDhtOptions): Promise<SessionDht> {
    const record = recordOf(options.config, options.addressProfile);
    const saved =
      record === undefined
        ? undefined
        : await loadRecord(options.platform.state, record, wholeDictionary).catch(() => undefined);
    return new SessionDht(options, record, saved);
  }

  private constructor(options: SessionDhtOptions, record: string | undefined, saved: Uint8Array | undefined) {
    const { platform, network, sealing, config, addressProfile, onChange } = options;
    this.#options = options;
    this.#record = record;
    this.startedAtMs = platform.clock.nowMs();
    this.bootstrap = new BootstrapNodes({
      entries: config.bootstrap,
      resolve: (host, port) => platform.network.resolve(host, port),
      ask: (addresses) => this.node.bootstrap(addresses),
      onChange,
    });
    this.node = new DhtNode({
      clock: platform.clock,
      random: platform.random,
      sockets: { v4: (sealing ?? network).udp4, v6: (sealing ?? network).udp6 },
      saved,
      verifySignature: platform.verifySignature,
      config: {
        addressProfile,
        readOnly: config.dhtReadOnly,
        limits: config.dhtLimits,
        hasFreshId: config.isStateShared,
        watchesReach: true,
        ...dhtConfigOf(config.privateNetwork),
        idKeys: sealing?.idKeys,
      },
      onEvent: (event) => this.#handle(event),
    });
    if (sealing !== undefined) sealing.onIdKeys = (keys) => this.node.takeIdKeys(keys);
  }

  /** Resolves when the node looks for others of its network next door too, where it is in a private one. */
  async start(): Promise<void> {
    this.node.start();
    this.#scheduleSave(DHT_FIRST_SAVE_MS);
    const { platform, network, sealing, config, log } = this.#options;
    if (config.privateNetwork === undefined || config.localDiscovery === false) return;
    this.#neighbours = await openNetworkNeighbours({
      platform,
      network: config.privateNetwork,
      sealing,
      node: this.node,
      host: config.host,
      port: network.port,
      log: (text) => log.add(text),
    });
  }

  /** Saves the contacts a last time and ends the node. */
  async close(): Promise<void> {
    this.#timer?.[Symbol.dispose]();
    this.bootstrap.close();
    this.#neighbours?.close();
    await this.#save();
    this.node.close();
  }

  #handle(event: DhtEvent): void {
    const { log, outside, onJoined, onChange } = this.#options;
    switch (event.kind) {
      case "bootstrap-needed":
        this.bootstrap.askAll();
        break;
      case "bootstrap-answered":
        this.bootstrap.handleAnswered(event.endpoint);
        onJoined();
        break;
      case "bootstrap-silent":
        this.bootstrap.handleSilent(event.endpoint);
        log.add(`bootstrap node ${formatEndpoint(event.endpoint)} does not answer`);
        break;
      case "joined":
        log.add(`DHT joined over IPv${event.family} with ${event.contacts} contacts`);
        onJoined();
        break;
      case "lost":
        log.add(`DHT contact lost over IPv${event.family}`);
        break;
      case "external-address":
        outside.saidByDht(event.family, event.host);
        this.#options.sealing?.addExternalHost(event.host);
        log.add(`others see this machine at ${event.host}`);
        break;
      case "warning":
        log.add(`DHT: ${event.message}`);
        break;
      case "node-id-changed":
        break;
    }
    onChange();
  }

  #scheduleSave(delayMs: number): void {
    if (this.#record === undefined) return;
    this.#timer = this.#options.platform.clock.setTimer(delayMs, () => {
      void this.#save();
      this.#scheduleSave(DHT_SAVE_INTERVAL_MS);
    });
  }

  /** A node that met nobody has nothing worth writing over what was saved before. */
  async #save(): Promise<void> {
    const { v4, v6 } = this.node.view();
    const contacts = (v4?.goodContacts ?? 0) + (v6?.goodContacts ?? 0);
    if (this.#record === undefined || contacts === 0) return;
    const bytes = this.node.exportState();
    await this.#options.platform.state
      .save(this.#record, bytes)
      .catch(() => this.#options.log.add("the DHT contacts could not be saved"));
  }
}

/** The bytes themselves unless they were cut off; what they say is the node's to judge. */
function wholeDictionary(bytes: Uint8Array): Uint8Array | undefined {
  return decodeDictionary(bytes, TORRENT_LIMITS).ok ? bytes : undefined;
}

/** Undefined where nobody was named: such a node belongs to no network that could be found again. */
function recordOf(config: SessionConfig, profile: AddressProfile): string | undefined {
  if (config.privateNetwork !== undefined)
    return `${DHT_STATE_RECORD}-network-${config.privateNetwork.idHex}`;
  if (config.usesDefaultBootstrap) return DHT_STATE_RECORD;
  if (config.bootstrap.length === 0) return undefined;
  const network = [profile, ...config.bootstrap.map(formatHostPort).sort()].join(" ");
  return `${DHT_STATE_RECORD}-${toHex(sha1(utf8Bytes(network))).slice(0, NETWORK_DIGITS)}`;
}
