/**
 * What a session may be told, resolved and checked once, and every time and limit of `session/` with its reason
 * (Law 6). Nothing here reads the environment or the working directory: that is the command line's business.
 */
import { type AddressProfile, addressScope } from "../core/address-profile.ts";
import { ClientError } from "../core/errors.ts";
import type { EncryptionPolicy, RecordingOptions } from "../wire/index.ts";
import { DEFAULT_BOOTSTRAP } from "./bootstrap/default-bootstrap.ts";
import { type HostPort, parseHostPort } from "./host-port.ts";
import type { PrivateNetwork } from "./private-network.ts";
import type { SessionSettings } from "./session-view.ts";
import { checkedLimit } from "./settings/checked-value.ts";
import { changedSettings, UNSET_SETTINGS, withoutUndefined } from "./settings/session-settings.ts";
import { TRANSPORT_CHOICES, type TransportChoice } from "./transport/peer-transports.ts";

/** Settings given at the start count more than those that a former session was told. */
type InitialSettings = { readonly [Name in keyof SessionSettings]?: SessionSettings[Name] | undefined };

export interface SessionOptions extends InitialSettings {
  /** Where torrents go that are added without a folder of their own. */
  readonly folder: string;
  /** Numeric address to bind; also the source of outgoing connections. Default: every interface. */
  readonly host?: string | undefined;
  /**
   * Name or address of the one network interface that is used for DHT, peers, discovery and names, instead of `host`.
   * When it is gone nothing leaves until it is back.
   */
  readonly interface?: string | undefined;
  /** One port for UDP and TCP. Default 0: any that is free. */
  readonly port?: number | undefined;
  /** `HOST:PORT` texts that replace the public routers; `none` for a DHT of those who find us. Default `default`. */
  readonly bootstrap?: readonly string[] | "default" | "none" | undefined;
  /** The private network to be in: its contacts are kept apart from those of every other. Default: none. */
  readonly privateNetwork?: PrivateNetwork | undefined;
  /** Default: chosen from `host`, `bootstrap` and `expectedPeers` (decision 12). */
  readonly addressProfile?: AddressProfile | undefined;
  /** `HOST:PORT` of peers that will be added by hand; only for choosing the profile. */
  readonly expectedPeers?: readonly string[] | undefined;
  /** False runs no DHT at all: peers come from magnets, by hand and by themselves. Default true. */
  readonly dht?: boolean | undefined;
  /**
   * Local discovery (BEP 14). Default: on, but not among addresses of loopback, where strangers to each other share
   * one machine.
   */
  readonly localDiscovery?: boolean | undefined;
  /** BEP 43: ask, but do not serve. Default false. */
  readonly dhtReadOnly?: boolean | undefined;
  /** `off` lifts the DHT's query limits, for private networks and measurements. Default `on`. */
  readonly dhtLimits?: "on" | "off" | undefined;
  /** Whether rate limits leave peers of the local network alone. Default false. */
  readonly isLanExempt?: boolean | undefined;
  /** Whether connections hide what they are (MSE): where the other end does so too, always, or never. Default `prefer`. */
  readonly encryption?: EncryptionPolicy | undefined;
  /** Over all torrents. Default 200 (threats W3; as libtorrent). */
  readonly maxConnections?: number | undefined;
  /** What connections to peers run over. Default `both`: TCP where it connects, uTP (BEP 29) else. */
  readonly transport?: TransportChoice | undefined;
  /** Whether the router is asked to let others in (PCP, NAT-PMP, UPnP). Default: where addresses are those of the Internet. */
  readonly portMapping?: boolean | undefined;
  /** Peers of each torrent that are uploaded to at a time; 0 = nobody. Default "auto": as many as the uplink fills. */
  readonly uploadSlots?: number | "auto" | undefined;
  /** Takes up the torrents of the former session, and remembers its own for the next. Default false. */
  readonly remember?: boolean | undefined;
  /** Other sessions use the same state at the same time: ids must differ, records are per torrent and folder. Default false. */
  readonly isStateShared?: boolean | undefined;
  /** Records what reaches the wire, for a replay. Default: nothing is recorded. */
  readonly recording?: RecordingOptions | undefined;
}

export interface SessionConfig {
  readonly folder: string;
  readonly host: string | undefined;
  readonly interface: string | undefined;
  readonly port: number;
  readonly bootstrap: readonly HostPort[];
  readonly usesDefaultBootstrap: boolean;
  readonly privateNetwork: PrivateNetwork | undefined;
  readonly addressProfile: AddressProfile | undefined;
  readonly expectedPeers: readonly HostPort[];
  readonly dht: boolean;
  readonly localDiscovery: boolean | undefined;
  readonly dhtReadOnly: boolean;
  readonly dhtLimits: "on" | "off";
  readonly isLanExempt: boolean;
  readonly encryption: EncryptionPolicy;
  readonly maxConnections: number;
  readonly transport: TransportChoice;
  readonly portMapping: boolean | undefined;
  readonly uploadSlots: number | "auto";
  /** Those that were given, checked. */
  readonly settings: Partial<SessionSettings>;
  readonly remember: boolean;
  readonly isStateShared: boolean;
  readonly recording: RecordingOptions | undefined;
}

/** Complete, checked and frozen. Throws a `ClientError` `USAGE` that names the option which is wrong. */
export function resolveSessionConfig(options: SessionOptions): SessionConfig {
  const bootstrap = options.bootstrap ?? "default";
  return Object.freeze({
    folder: options.folder,
    host: checkedHost(options.host),
    interface: checkedInterface(options),
    port: checkedPort(options.port ?? 0),
    bootstrap: bootstrapNodes(bootstrap),
    usesDefaultBootstrap: bootstrap === "default",
    privateNetwork: options.privateNetwork,
    addressProfile: options.addressProfile,
    expectedPeers: (options.expectedPeers ?? []).map((text) => checkedHostPort(text, "peer")),
    dht: options.dht ?? true,
    localDiscovery: options.localDiscovery,
    dhtReadOnly: options.dhtReadOnly ?? false,
    dhtLimits: options.dhtLimits ?? "on",
    isLanExempt: options.isLanExempt ?? false,
    encryption: options.encryption ?? "prefer",
    maxConnections: checkedLimit(options.maxConnections ?? 200, "limit of connections") ?? 200,
    transport: checkedTransport(options.transport ?? "both"),
    portMapping: options.portMapping,
    uploadSlots: checkedSlots(options.uploadSlots ?? "auto"),
    remember: options.remember ?? false,
    isStateShared: options.isStateShared ?? false,
    recording: options.recording,
    settings: givenSettings(options),
  });
}

function givenSettings(options: SessionOptions): Partial<SessionSettings> {
  const names = Object.keys(UNSET_SETTINGS) as (keyof SessionSettings)[];
  const given = withoutUndefined(Object.fromEntries(names.map((name) => [name, options[name]])));
  changedSettings(UNSET_SETTINGS, given);
  return given;
}

function bootstrapNodes(choice: readonly string[] | "default" | "none"): readonly HostPort[] {
  if (choice === "none") return [];
  if (choice === "default") return DEFAULT_BOOTSTRAP.map(({ host, port }) => ({ host, port }));
  return choice.map((text) => checkedHostPort(text, "bootstrap node"));
}

/** Throws `USAGE` for what is not `HOST:PORT`. */
export function checkedHostPort(text: string, what: string): HostPort {
  const parsed = parseHostPort(text);
  if (parsed !== undefined) return parsed;
  throw new ClientError("USAGE", `“${text}” is not the address of a ${what}.`, {
    hint: "Write HOST:PORT, for example 192.0.2.7:6881 or [2001:db8::7]:6881.",
  });
}

function checkedHost(host: string | undefined): string | undefined {
  if (host === undefined || host === "0.0.0.0" || host === "::" || addressScope(host) !== "unroutable")
    return host;
  throw new ClientError("USAGE", `“${host}” is not an address this machine can have.`, {
    hint: "Give a numeric address of one of its interfaces, or leave the option out.",
  });
}

function checkedInterface(options: SessionOptions): string | undefined {
  if (options.interface === undefined || options.host === undefined) return options.interface;
  throw new ClientError("USAGE", "An interface and an address to bind exclude each other.", {
    hint: "Give the interface by its name or by the address that is to be used.",
  });
}

function checkedPort(port: number): number {
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new ClientError("USAGE", `${port} is not a port.`, {
    hint: "Ports are 1 to 65535; 0 picks a free one.",
  });
}

function checkedTransport(transport: TransportChoice): TransportChoice {
  if (TRANSPORT_CHOICES.includes(transport)) return transport;
  throw new ClientError("USAGE", `“${transport}” is no transport.`, {
    hint: `Use one of ${TRANSPORT_CHOICES.join(", ")}.`,
  });
}

function checkedSlots(slots: number | "auto"): number | "auto" {
  if (slots === "auto" || (Number.isSafeInteger(slots) && slots >= 0)) return slots;
  throw new ClientError("USAGE", `${slots} is not a number of upload slots.`, {
    hint: "Give a whole number, 0 for nobody, or auto.",
  });
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

/** A new snapshot at most this often: four a second are as smooth as text can be read. */
export const SNAPSHOT_INTERVAL_MS = 250;
/** Rates fall and waits grow without any event: facts are looked at this often. */
export const HEARTBEAT_MS: number = SECOND_MS;
/** A wall clock that ran this much further than ours between two heartbeats: the machine slept, or was moved. */
export const SLEEP_GAP_MS: number = MINUTE_MS;
/** Slices of the HAVE and AVAIL strips: wide enough for any terminal line, small enough to send. */
export const STRIP_CELLS = 100;
/** Slices of the piece map in the details of one torrent: a piece each up to here, and more than a screen shows. */
export const MAX_SLICES_SHOWN = 4_096;
/** Peers listed in the details of one torrent; more than the wire holds per torrent. */
export const MAX_PEERS_SHOWN = 200;
/** Files listed in the details of one torrent; a longer list is read from the torrent itself. */
export const MAX_FILES_SHOWN = 5_000;
/** Log lines kept in a snapshot: what a person scrolls through. */
export const MAX_LOG_LINES = 200;
/** Free space and interfaces are asked for this often: it costs system calls, and changes by what others do. */
export const LOOK_AROUND_INTERVAL_MS: number = 10 * SECOND_MS;

/** What is known of a torrent's surroundings is recorded this often: as often as the wire says in it what it shows. */
export const FACTS_INTERVAL_MS: number = 10 * SECOND_MS;

/** Watch folders are listed this often: soon for a person, cheap for a network drive, where nothing tells of changes. */
export const WATCH_INTERVAL_MS: number = 5 * SECOND_MS;

/** After a full disk, how long until space is looked for again (ST01: back within 30 s). */
export const DISK_RETRY_MS: number = 15 * SECOND_MS;

/** Pieces under way to the disk get this long to land before it is closed; looked at in these steps. */
export const LANDING_TIMEOUT_MS: number = 2 * SECOND_MS;
export const LANDING_POLL_MS = 20;

/** The DHT table is saved this often, and at the end: an unclean end costs a few minutes of contacts. */
export const DHT_SAVE_INTERVAL_MS: number = 5 * MINUTE_MS;
/** First save, so that even a short session leaves a table behind. */
export const DHT_FIRST_SAVE_MS: number = 30 * SECOND_MS;
/** Bans are saved this often, and at the end: whoever was banned since a crash shows it again soon. */
export const BANS_SAVE_INTERVAL_MS: number = MINUTE_MS;
/** The totals of all time are saved this often while anything moves, and at the end. */
export const TOTALS_SAVE_INTERVAL_MS: number = MINUTE_MS;
/** Names of bootstrap nodes that are not resolved by then say nothing about the address profile. */
export const PROFILE_RESOLVE_TIMEOUT_MS: number = 2 * SECOND_MS;

/** Known and connected peers with which a torrent needs no further lookup; libtorrent dials from 50 candidates too. */
export const ENOUGH_PEERS = 50;
/** Pause before the next lookup of a torrent that lacks peers; doubles up to the maximum. */
export const FIRST_LOOKUP_PAUSE_MS: number = 15 * SECOND_MS;
/** Half of the 15 minutes between announces, which are lookups as well. */
export const MAX_LOOKUP_PAUSE_MS: number = 7.5 * MINUTE_MS;
/** Distinct addresses remembered a torrent, to count newcomers and drop repetitions (threats W7: 3,000 candidates). */
export const MAX_REMEMBERED_PEERS = 3_000;
/** Time an orderly end may take before it is given up (PR01: exit within 5 s). */
export const SHUTDOWN_TIMEOUT_MS: number = 4 * SECOND_MS;
