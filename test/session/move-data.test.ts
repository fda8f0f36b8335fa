/** Moving the data of a torrent while it is at work. */
import { describe, expect, test } from "vitest";
import type { SessionPlatform } from "../../src/session/session-ports.ts";
import { filledFile, fingerprint } from "../support/filled-torrent.ts";
import { FOLDER, type Machine, magnetOf, SessionWorld, torrentFile } from "./support/session-world.ts";

const PIECE = 32_768;
const LONG = filledFile("long.bin", 60 * PIECE + 17, PIECE);
const ID = LONG.metainfo.id;
const ELSEWHERE = "/media/large";

async function openHalfway(net: SessionWorld, platform = (same: SessionPlatform) => same): Promise<Machine> {
  await net.openSeeder("10.0.1.1", LONG);
  const machine = await net.open("10.0.2.1", { remember: true, maxDownBytesPerSecond: 100_000, platform });
  await net.settled(machine.session.commands.add(magnetOf(LONG), {}));
  await net.until(() => machine.torrent(ID).havePieces >= 20);
  return machine;
}

/** A machine on which moves do as `move` says. */
const moving =
  (move: SessionPlatform["disk"]["moveTorrent"]) =>
  (platform: SessionPlatform): SessionPlatform => ({
    ...platform,
    disk: {
      openTorrent: (...args) => platform.disk.openTorrent(...args),
      freeBytes: (folder) => platform.disk.freeBytes(folder),
      moveTorrent: move,
    },
  });

function expectExact(machine: Machine, folder: string): void {
  expect(fingerprint(machine.memory.disk.read(`${folder}/long.bin`))).toBe(fingerprint(LONG.content));
}

describe("moving data", () => {
  test("in the midst of a download goes on in the new folder, with nothing hashed or fetched again", async () => {
    const net = new SessionWorld(501);
    const machine = await openHalfway(net);
    const before = machine.torrent(ID).havePieces;
    await net.settled(machine.session.commands.moveData(ID, ELSEWHERE));
    await net.until(() => machine.torrent(ID).folder === ELSEWHERE);
    const done = await net.untilPhase(machine, ID, "seeding");

    expectExact(machine, ELSEWHERE);
    expect(machine.memory.disk.read(`${FOLDER}/long.bin`)).toBeUndefined();
    expect(machine.memory.disk.checkedPieces).toBe(0);
    expect(before).toBeGreaterThanOrEqual(20);
    expect(done.totals.downloadedBytes).toBeLessThan(LONG.content.length + 10 * PIECE);
  });

  test("is remembered, and removal with data deletes there what was ours", async () => {
    const net = new SessionWorld(502);
    const machine = await openHalfway(net);
    await net.settled(machine.session.commands.moveData(ID, ELSEWHERE));
    await net.untilPhase(machine, ID, "seeding");
    await net.close(machine);
    const again = await net.open("10.0.2.1", { remember: true, memory: machine.memory });
    await net.untilPhase(again, ID, "seeding");
    expect(again.torrent(ID).folder).toBe(ELSEWHERE);
    expect(again.memory.disk.checkedPieces).toBe(0);
    await net.settled(again.session.commands.remove(ID, { deleteData: true }));

    expect(again.memory.disk.files.size).toBe(0);
  });

  test("of a paused torrent leaves it paused; of one without metadata only notes the folder", async () => {
    const net = new SessionWorld(503);
    const machine = await net.open("10.0.2.1", { remember: true });
    await net.settled(machine.session.commands.add(magnetOf(LONG), { paused: true }));
    await net.settled(machine.session.commands.moveData(ID, ELSEWHERE));
    await net.until(() => machine.torrent(ID).folder === ELSEWHERE);
    expect(machine.torrent(ID).phase).toBe("paused");
    await net.settled(machine.session.commands.add(torrentFile(LONG), {}));
    await net.settled(machine.session.commands.moveData(ID, "/media/other"));
    await net.until(() => machine.torrent(ID).folder === "/media/other");

    expect(machine.torrent(ID).phase).toBe("paused");
  });

  test("that cannot be done says why, and the torrent goes on where it was", async () => {
    const net = new SessionWorld(504);
    const machine = await openHalfway(net);
    machine.memory.disk.place(`${ELSEWHERE}/long.bin`, Uint8Array.of(1));
    const refused = net.settled(machine.session.commands.moveData(ID, ELSEWHERE));
    await expect(refused).rejects.toMatchObject({ code: "PATH_IN_THE_WAY" });
    await net.untilPhase(machine, ID, "seeding");

    expect(machine.torrent(ID).folder).toBe(FOLDER);
    expectExact(machine, FOLDER);
    expect(machine.memory.disk.read(`${ELSEWHERE}/long.bin`)).toEqual(Uint8Array.of(1));
  });

  test("that is interrupted by the end of the session goes on with the next one", async () => {
    const net = new SessionWorld(505);
    const endless = moving(
      (_metainfo, _folders, { signal }) =>
        new Promise((_, reject) => {
          const callOff = (): void => reject(new Error("called off"));
          if (signal?.aborted === true) callOff();
          else signal?.addEventListener("abort", callOff);
        }),
    );
    const machine = await openHalfway(net, endless);
    const move = machine.session.commands.moveData(ID, ELSEWHERE);
    const outcome = expect(move).rejects.toMatchObject({ code: "SESSION_CLOSED" });
    await net.untilPhase(machine, ID, "moving");
    await net.close(machine);
    await outcome;
    const again = await net.open("10.0.2.1", { remember: true, memory: machine.memory });
    await net.untilPhase(again, ID, "seeding");

    expect(again.torrent(ID).folder).toBe(ELSEWHERE);
    expectExact(again, ELSEWHERE);
  });

  test("to a folder that is not named from the root is refused: engine and viewer may run in different ones", async () => {
    const net = new SessionWorld(507);
    const machine = await openHalfway(net);
    const refused = machine.session.commands.moveData(ID, "films");

    await expect(refused).rejects.toMatchObject({ code: "USAGE" });
  });

  test("that lost its power in the midst goes on after the restart", async () => {
    const net = new SessionWorld(506);
    const endless = moving(() => new Promise(() => {}));
    const machine = await openHalfway(net, endless);
    machine.session.commands.moveData(ID, ELSEWHERE).catch(() => {});
    await net.untilPhase(machine, ID, "moving");
    const again = await net.open("10.0.2.2", { remember: true, memory: net.memoryAfterCrash(machine) });
    await net.untilPhase(again, ID, "seeding");

    expect(again.torrent(ID).folder).toBe(ELSEWHERE);
    expectExact(again, ELSEWHERE);
  });
});
