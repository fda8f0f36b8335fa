/**
 * A sealed network as a session, or a lone DHT node, uses it: the sockets of an open network become sealed ones, and the
 * connections to peers too. Neither the DHT nor the wire know of it.
 */
import { fromHex } from "../core/bytes.ts";
import type { Endpoint } from "../core/endpoint.ts";
import { invariant } from "../core/invariant.ts";
import type { ByteStream, DatagramSocket, StreamDialer } from "../core/ports.ts";
import {
  DatagramSealer,
  NeighbourTags,
  type NetworkKey,
  NetworkKeys,
  SealedSocket,
  type SealingCounters,
  StreamSealing,
} from "../sealing/index.ts";
import type { PrivateKey, PrivateNetwork } from "./private-network.ts";
import type { OpenNetwork, SessionPlatform } from "./session-ports.ts";

type SealingPlatform = Pick<SessionPlatform, "clock" | "random" | "sealingCrypto" | "unixMs">;

/** What of a network is sealed. */
export type SealableNetwork = Pick<OpenNetwork, "port" | "udp4" | "udp6" | "isOwnHost">;

export class SessionSealing {
  readonly udp4: SealedSocket | undefined;
  readonly udp6: SealedSocket | undefined;
  readonly neighbours: NeighbourTags;
  /** Is told when other keys make the ids of nodes; set by the owner of the node. */
  onIdKeys: (keys: readonly Uint8Array[]) => void = () => undefined;
  readonly #keys: NetworkKeys;
  readonly #streams: StreamSealing;
  /** Where others say that they see us. */
  readonly #externalHosts = new Set<string>();

  /** Undefined unless `secret` is a sealed network. */
  static of(
    platform: SealingPlatform,
    network: SealableNetwork,
    secret: PrivateNetwork | undefined,
  ): SessionSealing | undefined {
    return secret?.mode === "sealed" ? new SessionSealing(platform, network, secret) : undefined;
  }

  private constructor(platform: SealingPlatform, network: SealableNetwork, secret: PrivateNetwork) {
    const { sealingCrypto: crypto, clock, random } = platform;
    invariant(crypto !== undefined, "a platform without cryptography has no sealed networks");
    const unixMs = (): number => platform.unixMs();
    const networkId = bytesOf(secret.idHex);
    const keys = new NetworkKeys(
      crypto,
      {
        id: networkId,
        keys: keysOf(secret.keys ?? []),
      },
      unixMs,
    );
    this.#keys = keys;
    const isOwn = ({ host, port }: Endpoint): boolean =>
      port === network.port && (network.isOwnHost(host) || this.#externalHosts.has(host));
    const seal = (socket: DatagramSocket | undefined): SealedSocket | undefined =>
      socket === undefined
        ? undefined
        : new SealedSocket(socket, new DatagramSealer(keys, random, unixMs), clock, isOwn);
    this.udp4 = seal(network.udp4);
    this.udp6 = seal(network.udp6);
    this.neighbours = new NeighbourTags(crypto, keys, unixMs);
    this.#streams = new StreamSealing({ crypto, keys, networkId, clock, unixMs, isOwn });
  }

  /** The network got a new key, or gave up an old one: connections stay, everything that begins uses these. */
  takeKeys(keys: readonly PrivateKey[]): void {
    this.#keys.replace(keysOf(keys));
    this.onIdKeys(this.idKeys);
  }

  /** For a node's configuration. */
  get idKeys(): readonly Uint8Array[] {
    return this.#keys.idKeys;
  }

  /** Members agree that they see us there. */
  addExternalHost(host: string): void {
    if (this.#externalHosts.size >= MAX_EXTERNAL_HOSTS) this.#externalHosts.clear();
    this.#externalHosts.add(host);
  }

  dialerOver(dialer: StreamDialer): StreamDialer {
    return this.#streams.dialerOver(dialer);
  }

  /** Passes a connection on once the other end has proved to be a member. */
  accept(stream: ByteStream, use: (sealed: ByteStream) => void): void {
    this.#streams.accept(stream, use);
  }

  /** Of all sockets together. */
  get counters(): SealingCounters {
    const sum = { foreign: 0, untimely: 0, replayed: 0, misdirected: 0 };
    for (const { counters } of [this.udp4, this.udp6].filter((socket) => socket !== undefined)) {
      sum.foreign += counters.foreign;
      sum.untimely += counters.untimely;
      sum.replayed += counters.replayed;
      sum.misdirected += counters.misdirected;
    }
    return sum;
  }
}

/** A machine has an address or two that others see, and others of its lines that it moved between. */
const MAX_EXTERNAL_HOSTS = 8;

function keysOf(keys: readonly PrivateKey[]): readonly NetworkKey[] {
  return keys.map(({ hex, fromUnixMs }) => ({ secret: bytesOf(hex), fromUnixMs }));
}

function bytesOf(hex: string): Uint8Array {
  const bytes = fromHex(hex);
  invariant(bytes !== undefined, "keys and ids are hex digits");
  return bytes;
}
