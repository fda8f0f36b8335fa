/** The options that every command with a network has, and what they mean. */
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import type { AddressProfile } from "../../core/address-profile.ts";
import { addressBytes } from "../../core/endpoint.ts";
import { ClientError } from "../../core/errors.ts";
import { TRANSPORT_CHOICES, type TransportChoice } from "../../session/index.ts";
import type { EncryptionPolicy } from "../../wire/index.ts";
import type { RecordingSettings } from "../engine/engine-settings.ts";
import type { NetworkDefinition } from "../network/network-definition.ts";
import { requireNetwork } from "../network/network-store.ts";
import { forCommandOnly } from "../settings/setting.ts";
import { parseBootstrap, parsePeerAddress } from "./addresses.ts";
import { parsePort, parseRate, parseSize } from "./quantities.ts";

/** Peers and the DHT meet here where no port is given; the first of the range that BEP 3 names. */
export const DEFAULT_PORT = 6881;

/** As commander hands them over. */
export interface NetworkFlags {
  readonly host?: string;
  readonly interface?: string;
  readonly port?: string;
  readonly bootstrap?: readonly string[];
  readonly profileAddresses?: string;
  readonly lsd?: boolean;
  readonly transport?: string;
  readonly portMapping?: string;
  readonly network?: string;
  readonly encryption?: string;
}

export interface NetworkOptions {
  /** Numeric address to bind and to connect from; undefined = all. */
  readonly host: string | undefined;
  /** Name or address of the one interface to use; undefined = any. */
  readonly interface: string | undefined;
  readonly port: number;
  /** Undefined = saved table, then the public routers; empty = none. */
  readonly bootstrap: readonly string[] | undefined;
  readonly addressProfile: AddressProfile | undefined;
  /** Undefined = on, but not among loopback addresses. */
  readonly localDiscovery?: boolean | undefined;
  /** What connections to peers run over; undefined = both. */
  readonly transport?: TransportChoice | undefined;
  /** Whether the router is asked for our port; undefined = where addresses are those of the Internet. */
  readonly portMapping?: boolean | undefined;
  /** The private network to be in, and in no other; undefined = the public DHT, or that of `bootstrap`. */
  readonly privateNetwork?: NetworkDefinition | undefined;
  /** Undefined = prefer. */
  readonly encryption?: EncryptionPolicy | undefined;
}

/** Payload bytes a second over all torrents; null = no limit. */
export interface RateLimits {
  readonly maxDownBytesPerSecond: number | null;
  readonly maxUpBytesPerSecond: number | null;
  /** Peers of the local network are outside of both. */
  readonly isLanExempt: boolean;
}

const ENCRYPTION_POLICIES: readonly string[] = ["prefer", "require", "off"];

const PROFILES: readonly string[] = ["public", "lan", "loopback"];

/** `defaultPort` is that of a command which others come to, or a free one for a command that only asks. */
export function addNetworkOptions(
  command: Command,
  defaultPort: typeof DEFAULT_PORT | "a free one",
): Command {
  return addBindOptions(addNetworkNameOption(command), defaultPort)
    .option(
      "--bootstrap <host:port>",
      "DHT node to start from, repeatable; none for no DHT bootstrap",
      collect,
      [],
    )
    .option("--profile-addresses <profile>", "which addresses may be talked to: public, lan or loopback");
}

/** Where sockets are. A port that is not `DEFAULT_PORT` by default is no setting: it is for one call. */
export function addBindOptions(command: Command, defaultPort: number | string): Command {
  const port = new Option(
    "--port <n>",
    `port for peers and the DHT; 0 picks a free one (default: ${defaultPort})`,
  );
  return command
    .option("--host <address>", "address to bind and to connect from")
    .option(
      "--interface <name>",
      "network interface to keep to, by name or address: nothing leaves while it is gone",
    )
    .addOption(defaultPort === DEFAULT_PORT ? port : forCommandOnly(port));
}

/** For every command that is in a network, or asks a Starling that is. */
export function addNetworkNameOption(command: Command): Command {
  return command.addOption(
    new Option("--network <name>", "private network to be in, see starling network").conflicts([
      "bootstrap",
      "profile",
    ]),
  );
}

export function addLimitOptions(command: Command): Command {
  return command
    .option("--max-down <rate>", "limit of the download per second, like 16M")
    .option("--max-up <rate>", "limit of the upload per second, like 2M")
    .option("--no-limit-lan", "leave peers of the local network out of both limits");
}

/** For commands that look for peers, or for nodes of a private network. */
export function addLocalDiscoveryOption(command: Command): Command {
  return command
    .option("--lsd", "find peers on the local network, also where all addresses are loopback")
    .option("--no-lsd", "do not look for peers, or nodes of a private network, on the local network");
}

/** For commands that connect to peers. */
export function addConnectionOptions(command: Command): Command {
  return command
    .option(
      "--transport <which>",
      "connect to peers by tcp, by utp, or by both: TCP where it connects, uTP else (default: both)",
    )
    .option(
      "--encryption <policy>",
      "hide from the network what connections are: prefer, require or off (default: prefer)",
    )
    .option(
      "--port-mapping <on|off>",
      "have the router let others in, by PCP, NAT-PMP or UPnP (default: on, but not among private addresses)",
    );
}

/** For commands that run an engine of their own. */
export function addRecordingOptions(command: Command): Command {
  return command
    .option(
      "--record <file>",
      "for a bug report, write what reaches the engine, names and addresses masked (see starling lab replay)",
    )
    .option("--record-limit <size>", "where a recording ends", "64M");
}

export function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

export function parseNetworkOptions(flags: NetworkFlags, defaultPort: number): NetworkOptions {
  const privateNetwork = flags.network === undefined ? undefined : requireNetwork(flags.network);
  if (flags.lsd === true && privateNetwork?.mode === "sealed")
    throw new ClientError(
      "USAGE",
      "--lsd: announcements on the local network would name what is shared to everybody",
      {
        hint: "Members of a sealed network find each other there anyway, and their torrents through each other.",
      },
    );
  return {
    host: flags.host === undefined ? undefined : parseHost(flags.host),
    interface: flags.interface,
    port: flags.port === undefined ? defaultPort : parsePort(flags.port, "--port"),
    bootstrap: privateNetwork?.bootstrap ?? parseBootstrap(flags.bootstrap ?? []) ?? environmentBootstrap(),
    addressProfile: flags.profileAddresses === undefined ? undefined : parseProfile(flags.profileAddresses),
    localDiscovery: flags.lsd,
    transport: flags.transport === undefined ? undefined : parseTransport(flags.transport),
    portMapping:
      flags.portMapping === undefined ? mappingFor(defaultPort) : parsePortMapping(flags.portMapping),
    privateNetwork,
    encryption: flags.encryption === undefined ? undefined : parseEncryption(flags.encryption),
  };
}

export function parseLimits(flags: {
  readonly maxDown?: string;
  readonly maxUp?: string;
  readonly limitLan?: boolean;
}): RateLimits {
  return {
    maxDownBytesPerSecond: flags.maxDown === undefined ? null : parseRate(flags.maxDown, "--max-down"),
    maxUpBytesPerSecond: flags.maxUp === undefined ? null : parseRate(flags.maxUp, "--max-up"),
    isLanExempt: flags.limitLan === false,
  };
}

/** Addresses of `--peer`, checked and in canonical text. */
export function parsePeers(values: readonly string[] | undefined): readonly string[] {
  for (const value of values ?? []) parsePeerAddress(value);
  return values ?? [];
}

export interface RecordingFlags {
  readonly record?: string;
  readonly recordLimit?: string;
}

export function parseRecording(flags: RecordingFlags): RecordingSettings | undefined {
  if (flags.record === undefined) return undefined;
  return { path: resolve(flags.record), limitBytes: parseSize(flags.recordLimit ?? "64M", "--record-limit") };
}

function environmentBootstrap(): readonly string[] | undefined {
  const text = process.env["STARLING_BOOTSTRAP"];
  return text === undefined || text === "" ? undefined : parseBootstrap([text]);
}

export function parseHost(text: string): string {
  if (addressBytes(text) !== undefined) return text;
  throw new ClientError("USAGE", `--host: "${text}" is not an address`, {
    hint: "Give a numeric address such as 127.0.0.1 or ::1.",
  });
}

function parseTransport(text: string): TransportChoice {
  const choice = TRANSPORT_CHOICES.find((known) => known === text);
  if (choice !== undefined) return choice;
  throw new ClientError("USAGE", `--transport: "${text}" is unknown`, {
    hint: `Use one of ${TRANSPORT_CHOICES.join(", ")}.`,
  });
}

/** A command that only asks, from a free port, is gone before anybody could come. */
function mappingFor(defaultPort: number): false | undefined {
  return defaultPort === 0 ? false : undefined;
}

function parsePortMapping(text: string): boolean {
  if (text === "on" || text === "off") return text === "on";
  throw new ClientError("USAGE", `--port-mapping: "${text}" is unknown`, { hint: "Use on or off." });
}

function parseEncryption(text: string): EncryptionPolicy {
  if (ENCRYPTION_POLICIES.includes(text)) return text as EncryptionPolicy;
  throw new ClientError("USAGE", `--encryption: "${text}" is unknown`, {
    hint: `Use one of ${ENCRYPTION_POLICIES.join(", ")}.`,
  });
}

export function parseProfile(text: string): AddressProfile {
  if (PROFILES.includes(text)) return text as AddressProfile;
  throw new ClientError("USAGE", `--profile-addresses: "${text}" is unknown`, {
    hint: `Use one of ${PROFILES.join(", ")}.`,
  });
}
