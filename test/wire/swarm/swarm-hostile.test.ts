/** Swarms in which a share of the peers lies, keeps, or vanishes; the full sizes run in the soak. */
import { describe, expect, test } from "vitest";
import { utf8Bytes } from "../../../src/core/bytes.ts";
import { messageWithBody } from "../../../src/wire/protocol/message-encoder.ts";
import * as ids from "../../../src/wire/protocol/message-ids.ts";
import { encodeMetadataData } from "../../../src/wire/protocol/ut-metadata.ts";
import { aTorrent, piecesWhere, type TestTorrent } from "../support/a-torrent.ts";
import { bannedHosts, expectPoisonHandled, poisonedSwarm } from "../support/poisoned-swarm.ts";
import { emptyMessage, ScriptedPeer } from "../support/scripted-peer.ts";
import { type SwarmWorld, swarmWorld, type TestPeer } from "../support/swarm-world.ts";

/** The largest swarms here take two seconds of one core; a busy machine gives them less than that. */
const BUSY_MACHINE_MS = 120_000;
const links = { upBytesPerSecond: 500_000, downBytesPerSecond: 500_000 };

describe("poison", () => {
  let baselineMs: number | undefined;

  test.each([
    ["WI01", 1, 100],
    ["WI02", 1, 20],
    ["WI03", 2, 20],
    ["WI04", 5, 20],
    ["WI05", 10, 20],
  ])(
    "%s with %d of %d peers poisoning the download ends exact, liars banned, nobody else",
    (id, poisoners, seeds) => {
      const swarm = poisonedSwarm({ poisoners, seeds });

      expectPoisonHandled(swarm, id);
      if (seeds !== 20) return;
      baselineMs ??= poisonedSwarm({ poisoners: 0 }).tookMs;
      expect(swarm.tookMs / baselineMs).toBeLessThan(poisoners >= 10 ? 3 : 2);
    },
    BUSY_MACHINE_MS,
  );

  test("WI06 one that poisons a block in twenty is found by the digests of blocks", () => {
    const { leech, liars, honest } = poisonedSwarm({ poisoners: 1, lies: (block) => block % 20 === 10 });

    expect(leech.hasContent).toBe(true);
    expect(bannedHosts(leech)).toEqual(new Set(liars.map((liar) => liar.host)));
    for (const peer of honest) expect(bannedHosts(leech).has(peer.host)).toBe(false);
    expect(leech.eventsOf("piece-bad").length).toBeLessThanOrEqual(4);
  });

  test("a piece that nobody can satisfy is called unobtainable, and the swarm is not banned for it", () => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 2_000_000, pieceBytes: 131_072 });
    const wrong = { ...torrent, content: torrent.content.slice() };
    wrong.content.fill(0, 3 * 131_072, 4 * 131_072);
    const seeds = Array.from({ length: 8 }, () => w.addPeer(wrong, { have: "all" }));
    const leech = w.addPeer(torrent);
    leech.meet(...seeds);

    w.world.runFor(300_000);

    expect(leech.swarm.view().havePieces).toBe(torrent.map.pieceCount - 1);
    expect(leech.eventsOf("piece-unobtainable")).toEqual([{ type: "piece-unobtainable", pieceIndex: 3 }]);
    expect(leech.swarm.view().counts.bannedPeers).toBeLessThan(3);
    expect(leech.swarm.view().totals.wastedHashFailBytes).toBeLessThan(30 * torrent.map.pieceBytes);
  });
});

describe("peers that keep", () => {
  test("WI18 half of the peers never unchoke or never answer, and the rest make up for it", () => {
    const take = (selfish: number) => {
      const w = swarmWorld();
      const torrent = aTorrent({ totalBytes: 8_000_000, pieceBytes: 131_072 });
      const leech = w.addPeer(torrent);
      leech.meet(...Array.from({ length: 6 }, () => w.addPeer(torrent, { have: "all", links })));
      for (let i = 0; i < selfish; i++) {
        const peer = new ScriptedPeer(w.newHost(), { idByte: i }).greet(w, leech, torrent.infoHash);
        peer.send(emptyMessage(ids.HAVE_ALL), ...(i % 2 === 0 ? [emptyMessage(ids.UNCHOKE)] : []));
      }
      const startMs = w.world.nowMs;
      w.world.runUntilTrue(() => leech.isComplete, 10 * 60_000);
      expect(leech.hasContent).toBe(true);
      return w.world.nowMs - startMs;
    };

    expect(take(6)).toBeLessThan(1.5 * take(0));
  });

  test("WI17 when one piece is nowhere the swarm gets all the others, says so, and rests", () => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 3_000_000, pieceBytes: 65_536 });
    const leeches = Array.from({ length: 5 }, (_, i) =>
      w.addPeer(torrent, { have: piecesWhere(torrent, (piece) => piece !== 20 && piece % 5 === i) }),
    );
    for (const leech of leeches) leech.meet(...leeches.filter((other) => other !== leech));
    w.world.runFor(60_000);

    for (const leech of leeches) {
      expect(leech.swarm.view()).toMatchObject({ wantedMissingPieces: 1, unavailablePieces: 1 });
      expect(leech.swarm.view().reachableRatio).toBeLessThan(1);
    }
    const before = w.world.eventsRun;
    w.world.runFor(60_000);
    // The wheels of five engines and their keep-alives, and nothing that spins.
    expect(w.world.eventsRun - before).toBeLessThan(5 * 600 * 3);
  });

  test("WI16 all peers die in the middle and at the end, return, and the download completes", () => {
    for (const share of [0.1, 0.5, 0.97]) {
      const w = swarmWorld();
      const torrent = aTorrent({ totalBytes: 8_000_000, pieceBytes: 131_072 });
      const seeds = Array.from({ length: 3 }, () => w.addPeer(torrent, { have: "all", links }));
      const leech = w.addPeer(torrent);
      leech.meet(...seeds);
      w.world.runUntilTrue(() => leech.swarm.view().havePieces >= share * torrent.map.pieceCount, 120_000);
      for (const seed of seeds) {
        w.network.silentHosts.add(seed.host);
        w.network.cut(seed.host);
      }
      w.world.runFor(60_000);
      expect(leech.swarm.view().counts.connectedPeers).toBe(0);
      for (const seed of seeds) w.network.silentHosts.delete(seed.host);
      w.world.runUntilTrue(() => leech.isComplete, 15 * 60_000);

      expect(leech.hasContent, `after ${share}`).toBe(true);
      expect(leech.swarm.view().totals.downloadedBytes).toBeLessThan(1.3 * torrent.content.length);
    }
  });
});

describe("metadata", () => {
  test(
    "WI15 PA14 five of ten peers send wrong metadata of every kind; the right one arrives within thirty seconds",
    () => {
      const w = swarmWorld();
      const torrent = aTorrent({ totalBytes: 30_000_000, pieceBytes: 16_384 });
      const leech = w.addPeer(torrent, { have: "magnet" });
      const sizes = [torrent.rawInfo.length, torrent.rawInfo.length, 1, 32 * 1024 * 1024 - 1, 2 ** 31];
      sizes.forEach((size, i) => {
        metadataLiar(w, leech, torrent, size, i);
      });
      leech.meet(...Array.from({ length: 5 }, () => w.addPeer(torrent, { have: "all" })));
      const startMs = w.world.nowMs;

      w.world.runUntilTrue(() => leech.eventsOf("metadata-complete").length > 0, 60_000);

      expect(w.world.nowMs - startMs).toBeLessThan(30_000);
      expect(leech.eventsOf("metadata-complete")[0]?.rawInfo).toEqual(torrent.rawInfo);
      w.world.runUntilTrue(() => leech.isComplete, 120_000);
      expect(leech.hasContent).toBe(true);
    },
    BUSY_MACHINE_MS,
  );

  test("PA14 metadata that nobody asked for ends the connection when it does not stop", () => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const leech = w.addPeer(torrent, { have: "magnet" });
    const peer = new ScriptedPeer(w.newHost(), { features: EXTENDED }).greet(w, leech, torrent.infoHash);
    const junk = extended(1, encodeMetadataData(0, 100, new Uint8Array(100)));

    peer.send(...Array.from({ length: 16 }, () => junk));
    w.world.runFor(300);
    expect(peer.isOpen).toBe(true);
    peer.send(junk);
    w.world.runFor(300);

    expect(peer.isOpen).toBe(false);
  });

  test("who asks for metadata that is not known here, or not there at all, is refused", () => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const magnet = w.addPeer(torrent, { have: "magnet" });
    const seed = w.addPeer(torrent, { have: "all" });
    for (const [us, block] of [
      [magnet, 0],
      [seed, 7],
    ] as const) {
      const peer = new ScriptedPeer(w.newHost(), { features: EXTENDED }).greet(w, us, torrent.infoHash);
      peer.send(extended(0, utf8Bytes("d1:md11:ut_metadatai9eee")));
      peer.send(extended(1, utf8Bytes(`d8:msg_typei0e5:piecei${block}ee`)));
      w.world.runFor(300);

      const answer = peer.heardOf("extended").at(-1)?.split(" ") ?? [];
      expect(answer[1]).toBe("9");
      expect(Buffer.from(answer[2] ?? "", "hex").toString()).toBe(`d8:msg_typei2e5:piecei${block}ee`);
    }
  });

  test("a body that is no dictionary ends the connection", () => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const seed = w.addPeer(torrent, { have: "all" });
    for (const message of [extended(0, utf8Bytes("le")), extended(1, utf8Bytes("i5e"))]) {
      const peer = new ScriptedPeer(w.newHost(), { features: EXTENDED, idByte: message.length }).greet(
        w,
        seed,
        torrent.infoHash,
      );
      peer.send(message);
      w.world.runFor(300);
      expect(peer.isOpen).toBe(false);
    }
  });

  test("extended messages that we did not announce are ignored", () => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const seed = w.addPeer(torrent, { have: "all" });
    const peer = new ScriptedPeer(w.newHost(), { features: EXTENDED }).greet(w, seed, torrent.infoHash);

    peer.send(extended(77, new Uint8Array([1, 2, 3])), extended(77, new Uint8Array(0)));
    w.world.runFor(300);

    expect(peer.isOpen).toBe(true);
  });
});

const EXTENDED = { hasExtensions: true, hasFast: true, hasDht: false };

function extended(id: number, body: Uint8Array): Uint8Array {
  const message = new Uint8Array(1 + body.length);
  message[0] = id;
  message.set(body, 1);
  return messageWithBody(ids.EXTENDED, message);
}

/** Claims `size` bytes of metadata and answers every request with junk of the length that the claim asks for. */
function metadataLiar(
  w: SwarmWorld,
  leech: TestPeer,
  torrent: TestTorrent,
  size: number,
  idByte: number,
): void {
  const peer = new ScriptedPeer(w.newHost(), { features: EXTENDED, idByte }).greet(
    w,
    leech,
    torrent.infoHash,
  );
  peer.onExtended = (id, body) => {
    const asked = /msg_typei0e5:piecei(\d+)e/.exec(new TextDecoder().decode(body));
    if (id !== 5 || asked === null) return;
    const block = Number(asked[1]);
    const length = Math.min(16_384, size - block * 16_384);
    peer.send(extended(1, encodeMetadataData(block, size, new Uint8Array(length).fill(idByte))));
  };
  peer.send(
    emptyMessage(ids.HAVE_ALL),
    extended(0, utf8Bytes(`d1:md11:ut_metadatai5ee13:metadata_sizei${size}ee`)),
  );
}
