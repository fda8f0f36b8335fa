/** A DHT node without a session around it, for the `dht` commands: sockets, resolved bootstrap nodes, nothing else. */
import type { AddressProfile } from "../../core/address-profile.ts";
import { type Endpoint, endpoint, formatEndpoint } from "../../core/endpoint.ts";
import { ClientError } from "../../core/errors.ts";
import { type DhtConfig, type DhtEvent, DhtNode } from "../../dht/index.ts";
import { createNodePlatform, type NodePlatform } from "../../platform/index.ts";
import {
  chooseAddressProfile,
  DEFAULT_BOOTSTRAP,
  dhtConfigOf,
  type NeighboursPlace,
  type NetworkNeighbours,
  openNetworkNeighbours,
  parseHostPort,
  profileWithin,
  SessionSealing,
} from "../../session/index.ts";
import type { NetworkOptions } from "../arguments/network-options.ts";

export interface OpenDhtNode {
  readonly node: DhtNode;
  readonly platform: NodePlatform;
  /** `HOST:PORT` that others can ask. */
  readonly listening: string;
  readonly port: number;
  /** Whether datagrams to this numeric host reach us, as far as this machine can tell. */
  isOwnHost(host: string): boolean;
  readonly bootstrapNodes: readonly Endpoint[];
  /** Where the network is a sealed one. */
  readonly sealing: SessionSealing | undefined;
  readonly warnings: readonly string[];
  close(): Promise<void>;
}

export interface DhtNodeSettings {
  readonly network: NetworkOptions;
  /** Bootstrap nodes where none were named: the public routers, or nobody for a network of one's own. */
  readonly defaultBootstrap: "public" | "none";
  readonly limits: "on" | "off";
  /** BEP 43: a node that is gone in a moment does not enter anybody's table. */
  readonly readOnly: boolean;
  /** May begin to talk to any number of addresses a minute. */
  readonly asksEverybody?: boolean;
  /** Differences for a node that stays and serves others. */
  readonly serving?: Pick<
    DhtConfig,
    "introduces" | "replyBytesPerSecond" | "maxStoredHashes" | "maxStoredPeers"
  >;
  /** What `exportState` gave an earlier node. */
  readonly saved?: Uint8Array | undefined;
  readonly onEvent?: (event: DhtEvent) => void;
  /** Hears, as a sentence, of nodes of a private network on the local network. */
  readonly onNeighbour?: (text: string) => void;
  /** What it takes for the time, in a sealed network; undefined = the system's. */
  readonly unixMs?: () => number;
}

/** Rejects with PORT_IN_USE, ADDRESS_UNAVAILABLE, or DHT_UNREACHABLE when no bootstrap name resolves. */
export async function openDhtNode(settings: DhtNodeSettings): Promise<OpenDhtNode> {
  const { network } = settings;
  const platform = await createNodePlatform();
  try {
    const open = await platform.network.openUdp({
      port: network.port,
      ...(network.host === undefined ? {} : { host: network.host }),
      ...(network.interface === undefined ? {} : { interface: network.interface }),
    });
    const texts =
      network.bootstrap ??
      (settings.defaultBootstrap === "none"
        ? []
        : DEFAULT_BOOTSTRAP.map(({ host, port }) => `${host}:${port}`));
    const bootstrapNodes = await resolveAll(platform, texts);
    const sealing = SessionSealing.of(
      settings.unixMs === undefined ? platform : { ...platform, unixMs: settings.unixMs },
      open,
      network.privateNetwork,
    );
    const { udp4, udp6 } = sealing ?? open;
    const node = new DhtNode({
      clock: platform.clock,
      random: platform.random,
      sockets: { v4: udp4, v6: udp6 },
      verifySignature: platform.verifySignature,
      saved: settings.saved,
      config: {
        addressProfile:
          network.addressProfile ??
          profileWithin(network.privateNetwork, await profileFor(platform, network, texts)),
        limits: settings.limits,
        readOnly: settings.readOnly,
        ...(settings.asksEverybody === true ? { tuning: { newFlowsPerMinute: 0 } } : {}),
        ...settings.serving,
        ...dhtConfigOf(network.privateNetwork),
        idKeys: sealing?.idKeys,
        bootstrapEndpoints: bootstrapNodes,
      },
      onEvent: (event) => {
        if (event.kind === "bootstrap-needed") node.bootstrap(bootstrapNodes);
        if (event.kind === "external-address") sealing?.addExternalHost(event.host);
        settings.onEvent?.(event);
      },
    });
    if (sealing !== undefined) sealing.onIdKeys = (keys) => node.takeIdKeys(keys);
    for (const socket of [udp4, udp6]) {
      if (socket === undefined) continue;
      socket.onDatagram = (payload, from) => {
        if (payload[0] === FIRST_BYTE_OF_KRPC) node.handleDatagram(payload, from);
      };
      socket.onUnreachable = (to) => node.handleUnreachable(to);
    }
    node.start();
    const neighbours = await openNeighbours(platform, settings, { node, sealing, port: open.port });
    return {
      node,
      platform,
      listening: formatEndpoint(endpoint(network.host ?? open.udp4?.local.host ?? "0.0.0.0", open.port)),
      port: open.port,
      isOwnHost: (host) => open.isOwnHost(host),
      bootstrapNodes,
      sealing,
      warnings: open.warnings,
      close: async () => {
        neighbours?.close();
        node.close();
        await open.close();
        await platform.close();
      },
    };
  } catch (error) {
    await platform.close();
    throw error;
  }
}

/** Nodes of a private network find each other on the local network too. */
async function openNeighbours(
  platform: NodePlatform,
  { network, onNeighbour }: DhtNodeSettings,
  of: Pick<NeighboursPlace, "node" | "sealing" | "port">,
): Promise<NetworkNeighbours | undefined> {
  const { privateNetwork, localDiscovery, host } = network;
  if (privateNetwork === undefined || localDiscovery === false) return undefined;
  const log = (text: string): void => onNeighbour?.(text);
  return await openNetworkNeighbours({ platform, network: privateNetwork, host, log, ...of });
}

/** `d`: every KRPC message is a bencoded dictionary. */
const FIRST_BYTE_OF_KRPC = 0x64;

async function resolveAll(platform: NodePlatform, texts: readonly string[]): Promise<readonly Endpoint[]> {
  const resolved = await Promise.all(
    texts.map((text) => {
      const address = parseHostPort(text);
      return address === undefined ? [] : platform.network.resolve(address.host, address.port);
    }),
  );
  const endpoints = resolved.flat();
  if (texts.length > 0 && endpoints.length === 0) {
    throw new ClientError("DHT_UNREACHABLE", `None of the bootstrap names resolves: ${texts.join(", ")}`, {
      hint: "Check the connection, or give a numeric address with --bootstrap.",
    });
  }
  return endpoints;
}

function profileFor(
  platform: NodePlatform,
  network: NetworkOptions,
  bootstrap: readonly string[],
): Promise<AddressProfile> {
  return chooseAddressProfile(
    {
      host: network.host,
      bootstrap: bootstrap.flatMap((text) => parseHostPort(text) ?? []),
      usesDefaultBootstrap: false,
      expectedPeers: [],
    },
    (host, port) => platform.network.resolve(host, port),
  );
}
