/** Choosing files before the start: what the dashboard's file picker asks of a session. */
import { expect, test } from "vitest";
import { filledFolder } from "../support/filled-torrent.ts";
import { magnetOf, SessionWorld, torrentFile } from "./support/session-world.ts";

const PIECE = 16_384;
const ALBUM = filledFolder(
  "album",
  ["one", "two", "three"].map((name) => ({ path: [name], lengthBytes: 4 * PIECE })),
  PIECE,
);

test("the list of files comes without the files; those that were chosen are fetched once it goes on", async () => {
  const net = new SessionWorld(91);
  await net.openSeeder("10.0.1.1", ALBUM);
  const viewer = await net.open("10.0.2.1");
  const { commands } = viewer.session;
  const { id } = await net.settled(commands.add(magnetOf(ALBUM), { metadataOnly: true }));
  await net.settled(commands.watchDetails([id]));
  await net.untilPhase(viewer, id, "paused");
  const listed = viewer.session.getSnapshot().torrents[0];
  expect(listed?.files.map(({ path, haveBytes }) => [path, haveBytes])).toEqual([
    ["album/one", 0],
    ["album/two", 0],
    ["album/three", 0],
  ]);

  await net.settled(commands.setFilePriorities(id, [0, 4, 0]));
  await net.settled(commands.resume(id));
  await net.untilPhase(viewer, id, "seeding");
  const files = viewer.session.getSnapshot().torrents[0]?.files;
  expect(files?.map(({ haveBytes }) => haveBytes)).toEqual([0, 4 * PIECE, 0]);
});

test("who has what is seen while nothing is wanted, and leaving then leaves nothing either", async () => {
  const net = new SessionWorld(94);
  await net.openSeeder("10.0.1.1", ALBUM);
  // With a goal that nothing given of nothing wanted would meet: who only watches has not finished.
  const viewer = await net.open("10.0.2.1", { defaultSeedRatio: 1.5 });
  const { commands } = viewer.session;
  const torrentNow = () => viewer.session.getSnapshot().torrents[0];
  const { id } = await net.settled(commands.add(magnetOf(ALBUM), { metadataOnly: true }));
  await net.settled(commands.watchDetails([id]));
  await net.untilPhase(viewer, id, "paused");
  await net.settled(commands.setFilePriorities(id, [0, 0, 0]));
  await net.settled(commands.resume(id));
  await net.until(() => torrentNow()?.counts.connectedSeeds === 1, "the seed");
  await net.until(
    () => torrentNow()?.files.every(({ reachableRatio }) => reachableRatio === 1) === true,
    "who has what",
  );

  expect(torrentNow()?.files.map(({ haveBytes }) => haveBytes)).toEqual([0, 0, 0]);
  expect(torrentNow()).toMatchObject({ phase: "downloading", finishedAtUnixMs: null });

  await net.settled(commands.remove(id, { deleteData: false }));
  expect(viewer.session.getSnapshot().torrents).toEqual([]);
});

test("leaving without a choice leaves nothing", async () => {
  const net = new SessionWorld(92);
  await net.openSeeder("10.0.1.1", ALBUM);
  const viewer = await net.open("10.0.2.1");
  const { commands } = viewer.session;
  const { id } = await net.settled(commands.add(magnetOf(ALBUM), { metadataOnly: true }));
  await net.untilPhase(viewer, id, "paused");
  await net.settled(commands.remove(id, { deleteData: false }));
  expect(viewer.session.getSnapshot().torrents).toEqual([]);
});

test("priorities are one for each file that is listed: padding has none", async () => {
  const padded = filledFolder(
    "padded",
    [
      { path: ["one"], lengthBytes: PIECE - 100 },
      { path: [".pad", "100"], lengthBytes: 100, isPadding: true },
      { path: ["two"], lengthBytes: 2 * PIECE },
    ],
    PIECE,
  );
  const net = new SessionWorld(93);
  const viewer = await net.open("10.0.2.1");
  const { commands } = viewer.session;
  const { id } = await net.settled(commands.add(torrentFile(padded), { paused: true }));
  await net.settled(commands.watchDetails([id]));
  const shown = () => viewer.torrent(id).files.map(({ path, priority }) => [path, priority]);

  await net.settled(commands.setFilePriorities(id, [0, 7]));
  await net.until(() => viewer.torrent(id).files[0]?.priority === 0);
  expect(shown()).toEqual([
    ["padded/one", 0],
    ["padded/two", 7],
  ]);
  await expect(net.settled(commands.setFilePriorities(id, [4, 0, 4]))).rejects.toMatchObject({
    code: "USAGE",
  });
});
