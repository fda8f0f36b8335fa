/** Whole sessions in a sealed network: a file goes from one to another, and a capture of everything holds nothing of it. */
import { expect, test } from "vitest";
import type { ByteStream, DatagramSocket, StreamDialer, StreamListener } from "../../src/core/ports.ts";
import { nodeSealingCrypto } from "../../src/platform/sealing-crypto.ts";
import type { PrivateNetwork } from "../../src/session/index.ts";
import type { SessionPlatform } from "../../src/session/session-ports.ts";
import type { TransportChoice } from "../../src/session/transport/peer-transports.ts";
import { filledFile } from "../support/filled-torrent.ts";
import { type Machine, magnetOf, SessionWorld } from "./support/session-world.ts";

const CONTENT = filledFile("a-name-to-hide.bin", 300_000, 32_768);
const { id } = CONTENT.metainfo;
const SEEDER = "10.0.1.1";
const LEECHER = "10.0.2.1";
const PORT = 6_881;

const sealedNetwork = (label: string): PrivateNetwork => ({
  name: `network-${label}`,
  idHex: label.repeat(16),
  mode: "sealed",
  keys: [{ hex: label.repeat(64), fromUnixMs: 0 }],
});

/** Everything that left a machine, as somebody on the way sees it. */
class Capture {
  readonly #parts: Uint8Array[] = [];

  of(platform: SessionPlatform): SessionPlatform {
    const { network } = platform;
    return {
      ...platform,
      sealingCrypto: nodeSealingCrypto,
      network: {
        open: async (options) => {
          const open = await network.open(options);
          for (const socket of [open.udp4, open.udp6]) if (socket !== undefined) this.#tapSocket(socket);
          const listeners = open.listeners.map((listener) => this.#tapListener(listener));
          const dialer: StreamDialer = {
            dial: (to, handler, timeoutMs) => this.#tapStream(open.dialer.dial(to, handler, timeoutMs)),
          };
          return { ...open, listeners, dialer };
        },
        resolve: (host, port) => network.resolve(host, port),
        ownHosts: () => network.ownHosts(),
        joinGroup: (group, host) => network.joinGroup(group, host),
      },
    };
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  #tapSocket(socket: DatagramSocket): void {
    const send = socket.send.bind(socket);
    socket.send = (payload, to) => {
      this.#parts.push(payload.slice());
      send(payload, to);
    };
  }

  #tapListener(listener: StreamListener): StreamListener {
    const tapped: StreamListener = {
      local: listener.local,
      onConnection: () => {},
      close: () => listener.close(),
    };
    listener.onConnection = (stream) => tapped.onConnection(this.#tapStream(stream));
    return tapped;
  }

  #tapStream(stream: ByteStream): ByteStream {
    const write = stream.write.bind(stream);
    stream.write = (bytes, onSent) => {
      this.#parts.push(bytes.slice());
      return write(bytes, onSent);
    };
    return stream;
  }
}

async function pair(
  options: { readonly leecher?: PrivateNetwork; readonly transport?: TransportChoice } = {},
): Promise<{ readonly net: SessionWorld; readonly capture: Capture; readonly leecher: Machine }> {
  const net = new SessionWorld(11);
  const capture = new Capture();
  const platform = (from: SessionPlatform): SessionPlatform => capture.of(from);
  const { transport } = options;
  const privateNetwork = sealedNetwork("a");
  await net.openSeeder(SEEDER, CONTENT, {
    privateNetwork,
    port: PORT,
    bootstrap: "none",
    platform,
    transport,
  });
  const leecher = await net.open(LEECHER, {
    privateNetwork: options.leecher ?? privateNetwork,
    bootstrap: [`${SEEDER}:${PORT}`],
    platform,
    transport,
  });
  await net.settled(leecher.session.commands.add(magnetOf(CONTENT), { peers: [`${SEEDER}:${PORT}`] }));
  return { net, capture, leecher };
}

test.each(["tcp", "utp"] as const)(
  "over %s, the capture holds no hash, no name and no run of the file",
  async (transport) => {
    const { net, capture, leecher } = await pair({ transport });
    await net.untilPhase(leecher, id, "seeding");
    const { bytes } = capture;
    expect(bytes.length).toBeGreaterThan(300_000);
    expect(bytes.includes(Buffer.from(id, "hex"))).toBe(false);
    expect(bytes.includes(id)).toBe(false);
    for (const word of ["a-name-to-hide", "BitTorrent", "info_hash", "find_node"])
      expect(bytes.includes(word)).toBe(false);
    const seen = new Set<string>();
    for (let at = 0; at + 16 <= bytes.length; at++) seen.add(bytes.toString("latin1", at, at + 16));
    const content = Buffer.from(CONTENT.fileContent(0));
    for (let at = 0; at + 16 <= content.length; at += 16)
      expect(seen.has(content.toString("latin1", at, at + 16))).toBe(false);
  },
);

test("members find each other through the DHT of their network", async () => {
  const { net, leecher } = await pair();
  await net.until(() => leecher.session.getSnapshot().dht?.state === "joined");
  await net.untilPhase(leecher, id, "seeding");
});

test.each([
  ["another sealed network", sealedNetwork("b")],
  ["the id without the key", { ...sealedNetwork("a"), keys: sealedNetwork("c").keys }],
  ["the id as that of an open network", { ...sealedNetwork("a"), mode: "open", keys: undefined }],
] as const)("who has %s gets nothing from a member that he was told of", async (_what, leecherNetwork) => {
  const { net, leecher } = await pair({ leecher: leecherNetwork });
  await net.runFor(120_000);
  const { phase, peers } = leecher.torrent(id);
  expect(phase).toBe("resolving");
  expect((peers ?? []).filter(({ state }) => state === "connected")).toEqual([]);
  expect(leecher.session.getSnapshot().dht?.state).not.toBe("joined");
});
