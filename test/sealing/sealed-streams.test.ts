/** Connections of a sealed network: both ends prove the key before anything else is said, and nobody else gets a byte. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Endpoint, endpoint, formatEndpoint } from "../../src/core/endpoint.ts";
import type { ByteStream, StreamEnd, StreamHandler } from "../../src/core/ports.ts";
import { nodeSealingCrypto } from "../../src/platform/sealing-crypto.ts";
import { NetworkKeys, StreamSealing } from "../../src/sealing/index.ts";
import { StreamNetwork, UniformLinks, World } from "../../src/sim/index.ts";
import { networkOf, wallOf } from "./support.ts";

const A = endpoint("10.0.0.1", 1000);
const B = endpoint("10.0.0.2", 2000);
const C = endpoint("10.0.0.3", 3000);

/** What came over a stream, and how it ended. */
class Heard implements StreamHandler {
  readonly bytes: number[] = [];
  readonly ends: StreamEnd[] = [];
  opened = 0;

  onOpen(): void {
    this.opened++;
  }

  onBytes(buffer: Uint8Array, start: number, end: number): void {
    for (const byte of buffer.subarray(start, end)) this.bytes.push(byte);
  }

  onWritable(): void {}

  onEnd(reason: StreamEnd): void {
    this.ends.push(reason);
  }
}

class SealedWorld {
  readonly world = new World("sealed streams");
  readonly net = new StreamNetwork(
    this.world,
    new UniformLinks(this.world.random.fork("links"), { minRttMs: 20, maxRttMs: 20 }),
  );
  /** Everything that a dialled stream was told to send below the sealing. */
  readonly recorded: Uint8Array[] = [];
  /** What somebody on the way does to what is sent next. */
  tamper: ((bytes: Uint8Array) => void) | undefined;

  member(at: Endpoint, network = 1, aheadMs = 0): StreamSealing {
    const unixMs = wallOf(this.world, aheadMs);
    const secret = networkOf(network);
    return new StreamSealing({
      crypto: nodeSealingCrypto,
      keys: new NetworkKeys(nodeSealingCrypto, secret, unixMs),
      networkId: secret.id,
      clock: this.world.clock,
      unixMs,
      isOwn: (address) => formatEndpoint(address) === formatEndpoint(at),
    });
  }

  /** A member who listens, and what he was told. */
  listen(at: Endpoint): { readonly heard: Heard; readonly accepted: ByteStream[] } {
    const heard = new Heard();
    const accepted: ByteStream[] = [];
    const sealing = this.member(at);
    this.net.listen(at).onConnection = (stream) =>
      sealing.accept(stream, (sealed) => {
        accepted.push(sealed);
        sealed.handler = heard;
      });
    return { heard, accepted };
  }

  dial(sealing: StreamSealing, to: Endpoint): { readonly stream: ByteStream; readonly heard: Heard } {
    const heard = new Heard();
    const dialer = this.net.dialerFor(A.host);
    const tapped = {
      dial: (target: Endpoint, handler: StreamHandler, timeoutMs: number): ByteStream => {
        const stream = dialer.dial(target, handler, timeoutMs);
        const write = stream.write.bind(stream);
        stream.write = (bytes, onSent) => {
          this.recorded.push(bytes.slice());
          this.tamper?.(bytes);
          this.tamper = undefined;
          return write(bytes, onSent);
        };
        return stream;
      },
    };
    return { stream: sealing.dialerOver(tapped).dial(to, heard, 5_000), heard };
  }

  /** Somebody without a key dials `to` and says `bytes`. */
  intrude(bytes: Uint8Array, to: Endpoint): Heard {
    const heard = new Heard();
    const stream = this.net.dialerFor("10.0.9.9").dial(to, heard, 5_000);
    this.world.runFor(50);
    if (bytes.length > 0) stream.write(bytes);
    this.world.runFor(50);
    return heard;
  }
}

describe("two members", () => {
  test("talk both ways, and nothing of it can be seen on the way", () => {
    const net = new SealedWorld();
    const far = net.listen(B);
    const near = net.dial(net.member(A), B);
    const secret = new TextEncoder().encode("\x13BitTorrent protocol, and sixteen bytes of a file");
    near.stream.write(secret);
    net.world.runFor(200);
    expect(near.heard.opened).toBe(1);
    expect(far.heard.bytes).toEqual([...secret]);
    far.accepted[0]?.write(Uint8Array.of(1, 2, 3));
    net.world.runFor(50);
    expect(near.heard.bytes).toEqual([1, 2, 3]);
    expect(Buffer.concat(net.recorded).includes("BitTorrent")).toBe(false);
    expect(Buffer.concat(net.recorded).includes("sixteen bytes")).toBe(false);
  });

  test("lose nothing, however it is cut and however long it is", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 70_000 }), { minLength: 1, maxLength: 6 }),
        (lengths) => {
          const net = new SealedWorld();
          const far = net.listen(B);
          const near = net.dial(net.member(A), B);
          const sent: number[] = [];
          let isSent = 0;
          for (const [i, length] of lengths.entries()) {
            const bytes = new Uint8Array(length).fill(i + 1);
            for (const byte of bytes) sent.push(byte);
            near.stream.write(bytes, () => isSent++);
          }
          net.world.runFor(2_000);
          expect(far.heard.bytes.length).toBe(sent.length);
          expect(far.heard.bytes).toEqual(sent);
          expect(isSent).toBe(lengths.length);
        },
      ),
      { numRuns: 8 },
    );
  });

  test("each connection has keys of its own: the same bytes never look the same", () => {
    const net = new SealedWorld();
    net.listen(B);
    const sealing = net.member(A);
    for (let i = 0; i < 2; i++) net.dial(sealing, B).stream.write(new Uint8Array(100));
    net.world.runFor(200);
    const frames = net.recorded
      .filter(({ length }) => length === 118)
      .map((it) => Buffer.from(it).toString("hex"));
    expect(frames).toHaveLength(2);
    expect(new Set(frames).size).toBe(2);
  });
});

describe("an outsider", () => {
  test("who dials a member and says nothing, or anything, gets no byte", () => {
    const net = new SealedWorld();
    const far = net.listen(B);
    expect(net.intrude(new Uint8Array(0), B).bytes).toEqual([]);
    const handshake = new TextEncoder().encode(`\x13BitTorrent protocol${"\0".repeat(48)}`);
    const heard = net.intrude(handshake, B);
    expect(heard).toMatchObject({ bytes: [], ends: ["closed-by-peer"] });
    net.world.runFor(11_000);
    expect(far.accepted).toEqual([]);
  });

  test("who recorded a member's first words gets no byte for them: neither there nor elsewhere, now or later", () => {
    const net = new SealedWorld();
    const far = net.listen(B);
    const other = net.listen(C);
    net.dial(net.member(A), B);
    net.world.runFor(200);
    const first = net.recorded[0] as Uint8Array;
    expect(net.intrude(first, B)).toMatchObject({ bytes: [], ends: ["closed-by-peer"] });
    expect(net.intrude(first, C)).toMatchObject({ bytes: [], ends: ["closed-by-peer"] });
    net.world.runFor(300_000);
    expect(net.intrude(first, B)).toMatchObject({ bytes: [], ends: ["closed-by-peer"] });
    expect(far.accepted).toHaveLength(1);
    expect(other.accepted).toEqual([]);
  });

  test("who stands where a member should learns only that somebody of the network called", () => {
    const net = new SealedWorld();
    const atIntruder: number[] = [];
    net.net.listen(B).onConnection = (stream) => {
      stream.handler = {
        onOpen: () => {},
        onWritable: () => {},
        onEnd: () => {},
        onBytes: (buffer, start, end) => {
          atIntruder.push(...buffer.subarray(start, end));
          stream.write(new Uint8Array(48));
        },
      };
    };
    const near = net.dial(net.member(A), B);
    near.stream.write(new TextEncoder().encode("a secret"));
    net.world.runFor(200);
    expect(near.heard).toMatchObject({ opened: 0, bytes: [], ends: ["reset"] });
    expect(atIntruder).toHaveLength(32 + 10 + 16);
  });

  test.each([
    ["of another network", 2, 0],
    ["with a clock that is wrong", 1, 130_000],
  ])("%s is not let in", (_who, network, aheadMs) => {
    const net = new SealedWorld();
    const far = net.listen(B);
    const near = net.dial(net.member(A, network, aheadMs), B);
    net.world.runFor(200);
    expect(near.heard).toMatchObject({ opened: 0, bytes: [], ends: ["closed-by-peer"] });
    expect(far.accepted).toEqual([]);
  });

  test.each([0, 1, 2, 40, 81])("who changes byte %i of a frame under way ends the connection", (at) => {
    const net = new SealedWorld();
    const far = net.listen(B);
    const near = net.dial(net.member(A), B);
    net.world.runFor(200);
    net.tamper = (bytes) => {
      bytes[at] = (bytes[at] as number) ^ 1;
    };
    near.stream.write(new Uint8Array(64).fill(9));
    near.stream.write(new Uint8Array(600).fill(8));
    net.world.runFor(200);
    expect(far.heard).toMatchObject({ bytes: [], ends: ["reset"] });
  });

  test("a crowd that says nothing keeps no member out", () => {
    const net = new SealedWorld();
    const far = net.listen(B);
    const crowd = Array.from({ length: 200 }, () => new Heard());
    for (const one of crowd) net.net.dialerFor("10.0.9.9").dial(B, one, 5_000);
    net.world.runFor(200);
    expect(crowd.filter(({ ends }) => ends.length === 0)).toHaveLength(128);
    net.dial(net.member(A), B);
    net.world.runFor(200);
    expect(far.accepted).toHaveLength(1);
    net.world.runFor(11_000);
    expect(crowd.filter(({ ends }) => ends.length === 0)).toEqual([]);
  });
});
