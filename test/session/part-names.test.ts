/** Names of unfinished files, as an option. */
import { expect, test } from "vitest";
import { filledFolder, fingerprint } from "../support/filled-torrent.ts";
import { FOLDER, magnetOf, SessionWorld } from "./support/session-world.ts";

const PIECE = 32_768;
const ALBUM = filledFolder(
  "album",
  [
    { path: ["one"], lengthBytes: 10 * PIECE + 7 },
    { path: ["two"], lengthBytes: 30 * PIECE },
  ],
  PIECE,
);
const ID = ALBUM.metainfo.id;

test("unfinished files are NAME.part, lose it one by one, and after a restart too", async () => {
  const net = new SessionWorld(401);
  await net.openSeeder("10.0.1.1", ALBUM);
  const options = { remember: true, maxDownBytesPerSecond: 200_000 };
  const first = await net.open("10.0.2.1", { ...options, partNames: true });
  await net.settled(first.session.commands.add(magnetOf(ALBUM), { isSequential: true }));
  const names = (): string[] => [...first.memory.disk.files.keys()].sort();
  await net.until(() => names().includes(`${FOLDER}/album/one`), "the first file's own name");
  expect(names()).toEqual([`${FOLDER}/album/one`, `${FOLDER}/album/two.part`]);
  await net.close(first);
  const again = await net.open("10.0.2.1", { ...options, memory: first.memory });
  await net.untilPhase(again, ID, "seeding");
  await net.until(() => names().includes(`${FOLDER}/album/two`));

  expect(again.memory.disk.checkedPieces).toBe(0);
  expect(names()).toEqual([`${FOLDER}/album/one`, `${FOLDER}/album/two`]);
  expect(fingerprint(again.memory.disk.read(`${FOLDER}/album/two`))).toBe(fingerprint(ALBUM.fileContent(1)));
});
