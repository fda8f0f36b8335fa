/** U: what the user asked for, provoked in simulated swarms. */
import { describe, expect, test } from "vitest";
import { encodeBencode } from "../../../src/core/bencode.ts";
import { infoHashFrom, infoHashHex } from "../../../src/core/ids.ts";
import { sha1 } from "../../../src/core/sha1.ts";
import type { Metainfo } from "../../../src/torrent/metainfo.ts";
import { aTorrent, singleFileInfo } from "../../support/a-torrent.ts";
import { filledFile } from "../../support/filled-torrent.ts";
import { magnetOf, placeContent, SessionWorld, torrentFile } from "../support/session-world.ts";
import { FILE, FILE_ID, PIECE, SLOW_MACHINE_MS, untilCode, withDisk } from "./provoked.ts";

describe("what the user asked for is said", { timeout: SLOW_MACHINE_MS }, () => {
  test("U1: a pause", async () => {
    const net = new SessionWorld(901);
    await net.openSeeder("10.0.1.1", FILE);
    const machine = await net.open("10.0.2.1", { maxDownBytesPerSecond: 100_000 });
    await net.settled(machine.session.commands.add(magnetOf(FILE), {}));
    await net.untilPhase(machine, FILE_ID, "downloading");
    await machine.session.commands.pause(FILE_ID);

    expect((await untilCode(net, machine, "U1")).diagnosis.sentence).toBe("You paused this.");
  });

  test("U2: it is not its turn", async () => {
    const net = new SessionWorld(907);
    const other = filledFile("other.bin", 60 * PIECE, PIECE);
    await net.openSeeder("10.0.1.1", other);
    const machine = await net.open("10.0.2.1", { maxActiveDownloads: 1, maxDownBytesPerSecond: 10_000 });
    await net.settled(machine.session.commands.add(magnetOf(other), {}));
    await net.settled(machine.session.commands.add(magnetOf(FILE), {}));

    expect((await untilCode(net, machine, "U2")).diagnosis.sentence).toMatch(/^Waits for its turn/);
  });

  test("U8: its data is moved", async () => {
    const net = new SessionWorld(908);
    const machine = await net.openSeeder("10.0.1.1", FILE, {
      platform: ({ disk, ...platform }) => ({
        ...platform,
        disk: {
          freeBytes: (folder) => disk.freeBytes(folder),
          openTorrent: (...parameters) => disk.openTorrent(...parameters),
          moveTorrent: async (...parameters) => {
            await new Promise<void>((resolve) => net.world.after(3_000, resolve));
            await disk.moveTorrent(...parameters);
          },
        },
      }),
    });
    const moved = machine.session.commands.moveData(FILE_ID, "/elsewhere");

    expect((await untilCode(net, machine, "U8")).diagnosis.sentence).toMatch(/^Its data is being moved/);
    await net.settled(moved);
  });

  test("U3: no file is selected", async () => {
    const net = new SessionWorld(902);
    const machine = await net.open("10.0.2.1");
    await net.settled(machine.session.commands.add(torrentFile(FILE), {}));
    await machine.session.commands.setFilePriorities(FILE_ID, [0]);

    expect((await untilCode(net, machine, "U3")).diagnosis.stage).toBe("user");
  });

  test("U4: a check of what is on disk", async () => {
    const net = new SessionWorld(903);
    const slow = withDisk((disk) => ({
      check: async (pieces, options) => {
        await new Promise<void>((resolve) => net.world.after(3_000, resolve));
        return await disk.check(pieces, options);
      },
    }));
    const memory = net.newMemory();
    placeContent(memory, FILE);
    const machine = await net.open("10.0.1.1", { memory, platform: slow });
    await net.settled(machine.session.commands.add(torrentFile(FILE), {}));

    expect((await untilCode(net, machine, "U4")).diagnosis.sentence).toMatch(
      /^Checking what is on disk: \d+(\.\d)? %\.$/,
    );
  });

  test("U5: a limit that holds the transfer", async () => {
    const net = new SessionWorld(904);
    await net.openSeeder("10.0.1.1", FILE);
    const machine = await net.open("10.0.2.1", { maxDownBytesPerSecond: 20_480 });
    await net.settled(machine.session.commands.add(magnetOf(FILE), {}));

    expect((await untilCode(net, machine, "U5")).diagnosis.sentence).toBe(
      "Your download limit of 20 KiB/s is what holds it.",
    );
  });

  test("U6: a private torrent", async () => {
    const net = new SessionWorld(905);
    const secret = aTorrent(singleFileInfo({ private: 1, name: "secret" }));
    await net.openMetadataServer("10.0.1.1", 7000, secret);
    const machine = await net.open("10.0.2.1");
    const text = `magnet:?xt=urn:btih:${secret.id}&x.pe=10.0.1.1:7000`;
    await net.settled(machine.session.commands.add({ kind: "magnet", text }, {}));

    expect((await untilCode(net, machine, "U6", secret.id)).diagnosis.severity).toBe("problem");
  });

  test("U7: metadata that fits its hash and is no torrent", async () => {
    const net = new SessionWorld(906);
    const rawInfo = encodeBencode({ name: "nonsense", "piece length": 16_384 });
    const infoHash = infoHashFrom(sha1(rawInfo));
    const nonsense = { infoHash, rawInfo } as Metainfo;
    await net.openMetadataServer("10.0.1.1", 7000, nonsense);
    const machine = await net.open("10.0.2.1");
    const id = infoHashHex(infoHash);
    const text = `magnet:?xt=urn:btih:${id}&x.pe=10.0.1.1:7000`;
    await net.settled(machine.session.commands.add({ kind: "magnet", text }, {}));

    expect((await untilCode(net, machine, "U7", id)).diagnosis.severity).toBe("problem");
  });
});
