/**
 * The wire engine that ships, on a simulated network: a seed and nine leeches with slow uplinks share 4 MiB. Virtual
 * minutes pass in real milliseconds, and the same seed gives the same run.
 *   npm run build && node examples/swarm-in-virtual-time.mjs [SEED]
 */
import { createHash } from "node:crypto";
import { SeededRandom, StreamNetwork, UniformLinks, World } from "starling/sim";
import { WireEngine } from "starling/wire";

const PIECE_BYTES = 65_536;
const PIECES = 64;
const HEADER_BYTES = 13; // room before a block for the header of its message
const world = new World(process.argv[2] ?? "flock");
const network = new StreamNetwork(world, new UniformLinks(world.random, { minRttMs: 20, maxRttMs: 200 }));
const content = new SeededRandom("content").bytes(PIECES * PIECE_BYTES);
const sha1 = (bytes) => createHash("sha1").update(bytes).digest();
const infoHash = new Uint8Array(sha1(content));

/** Geometry and sets as `starling/wire` expects them: see `PieceMap` and `Bitfield`. */
const { PieceMap, Bitfield } = await import("starling/wire");
const map = new PieceMap(content.length, PIECE_BYTES);
const slabs = { acquire: (bytes) => ({ bytes: new Uint8Array(bytes), offset: 0 }), release: () => {} };

function addPeer(index, isSeed) {
  const host = `10.0.0.${index + 1}`;
  network.setLinks(host, { upBytesPerSecond: 65_536, downBytesPerSecond: 1_048_576 });
  const engine = new WireEngine({
    clock: world.clock,
    random: world.random.fork(host),
    dialer: network.dialerFor(host),
    slabs,
    addressProfile: "lan",
  });
  const disk = isSeed ? content.slice() : new Uint8Array(content.length);
  const storage = {
    storeSegment: (piece, offset, slab, length) => {
      disk.set(slab.bytes.subarray(0, length), piece * PIECE_BYTES + offset);
      const isGood = sha1(disk.subarray(piece * PIECE_BYTES, (piece + 1) * PIECE_BYTES)).equals(
        sha1(content.subarray(piece * PIECE_BYTES, (piece + 1) * PIECE_BYTES)),
      );
      world.after(1, () => swarm.pieceChecked(piece, { kind: isGood ? "good" : "bad" }));
    },
    discardPiece: () => {},
    readBlock: (token, piece, offset, length) => {
      const buffer = new Uint8Array(HEADER_BYTES + length);
      buffer.set(
        disk.subarray(piece * PIECE_BYTES + offset, piece * PIECE_BYTES + offset + length),
        HEADER_BYTES,
      );
      world.after(1, () => swarm.blockRead(token, { buffer }));
    },
    releaseSlot: () => {},
  };
  const peer = { host, isDone: isSeed, doneAtMs: 0 };
  const onEvent = (event) => {
    if (event.type !== "wanted-complete") return;
    peer.isDone = true;
    peer.doneAtMs = world.nowMs;
  };
  const swarm = engine.addSwarm({ infoHash, listenPort: 6881, onEvent });
  const have = new Bitfield(PIECES);
  if (isSeed) have.setAll();
  swarm.setContent({
    pieceMap: map,
    rawInfo: new Uint8Array(0),
    have,
    priorities: new Uint8Array(PIECES).fill(4),
    storage,
  });
  network.listen({ host, port: 6881, family: 4 }).onConnection = (stream) => engine.accept(stream);
  swarm.start();
  return Object.assign(peer, { swarm });
}

const peers = Array.from({ length: 10 }, (_, i) => addPeer(i, i === 0));
const addresses = peers.map(({ host }) => ({ host, port: 6881, family: 4 }));
for (const peer of peers)
  peer.swarm.addCandidates(
    addresses.filter(({ host }) => host !== peer.host),
    "manual",
  );

const startMs = world.nowMs;
const isComplete = world.runUntilTrue(() => peers.every((peer) => peer.isDone), 3_600_000);
const uploaded = peers[0].swarm.view().totals.uploadedBytes;
console.log(isComplete ? "every leech has everything" : "not complete within an hour");
for (const peer of peers.slice(1))
  console.log(`${peer.host}  ${((peer.doneAtMs - startMs) / 1000).toFixed(1)} s`);
console.log(
  `the seed uploaded ${(uploaded / content.length).toFixed(2)} copies to ${peers.length - 1} leeches`,
);
