/** A file that gets shorter while it is shared costs the pieces that lay there, and nothing else (BEP 54). */
import { expect, test } from "vitest";
import { filledFolder } from "../../support/filled-torrent.ts";
import { FOLDER, type Machine, magnetOf, SessionWorld } from "../support/session-world.ts";

const PIECE = 32_768;
const PIECES = 40;
const FILM = filledFolder("film", [{ path: ["film.bin"], lengthBytes: PIECES * PIECE }], PIECE);
const { id: ID } = FILM.metainfo;
const PATH = `${FOLDER}/film/film.bin`;

function cutShort(machine: Machine, pieces: number): void {
  machine.memory.disk.place(PATH, FILM.fileContent(0).slice(0, pieces * PIECE));
}

test("what a download has lost of its file it fetches again, and shares on", async () => {
  const net = new SessionWorld(81);
  const seeder = await net.openSeeder("10.0.1.1", FILM);
  const machine = await net.open("10.0.2.1");
  await net.settled(machine.session.commands.add(magnetOf(FILM), {}));
  await net.untilPhase(machine, ID, "seeding");
  await net.close(seeder);
  cutShort(machine, PIECES - 2);

  const other = await net.open("10.0.3.1");
  await net.settled(other.session.commands.add(magnetOf(FILM), {}));
  await net.until(() => machine.torrent(ID).havePieces === PIECES - 2, "two pieces lost");
  await net.until(() => other.torrent(ID).havePieces === PIECES - 2, "all pieces but these");
  expect(machine.torrent(ID)).toMatchObject({ phase: "downloading" });
  expect(other.torrent(ID).reachableRatio).toBeLessThan(1);

  await net.openSeeder("10.0.4.1", FILM);
  await net.untilPhase(machine, ID, "seeding");
  await net.untilPhase(other, ID, "seeding");
  expect(machine.memory.disk.read(PATH)).toEqual(FILM.fileContent(0));
});

test("what a seed has lost is damage that it reports and never writes over", async () => {
  const net = new SessionWorld(82);
  const seeder = await net.openSeeder("10.0.1.1", FILM);
  cutShort(seeder, PIECES - 1);
  const machine = await net.open("10.0.2.1");
  await net.settled(machine.session.commands.add(magnetOf(FILM), {}));
  await net.until(() => machine.torrent(ID).havePieces === PIECES - 1, "all pieces but one");
  expect(seeder.torrent(ID)).toMatchObject({ havePieces: PIECES - 1 });
  expect(seeder.torrent(ID).diagnosis.sentence).toBe("1 piece on disk is not what the torrent says.");
  expect(seeder.memory.disk.read(PATH)?.length).toBe((PIECES - 1) * PIECE);
});

test("a file that is gone altogether stops the torrent, and says so", async () => {
  const net = new SessionWorld(83);
  const seeder = await net.openSeeder("10.0.1.1", FILM);
  seeder.memory.disk.files.delete(PATH);
  const machine = await net.open("10.0.2.1");
  await net.settled(machine.session.commands.add(magnetOf(FILM), {}));
  const { failure } = await net.untilPhase(seeder, ID, "failed");
  expect(failure?.code).toBe("PATH_NOT_FOUND");
});
