/** What was moved over all time: told in the snapshot, and gone on with by the next session. */
import { expect, test } from "vitest";
import { filledFile } from "../support/filled-torrent.ts";
import { SessionWorld, torrentFile } from "./support/session-world.ts";

const FILE = filledFile("one.bin", 300_000, 32_768);
const { id } = FILE.metainfo;

test("totals of all time outlive the torrents that moved them, and the session", async () => {
  const net = new SessionWorld(95);
  const seeder = await net.openSeeder("10.0.1.1", FILE);
  const machine = await net.open("10.0.2.1", { remember: true });
  await net.settled(machine.session.commands.add(torrentFile(FILE), {}));
  await net.untilPhase(machine, id, "seeding");
  await net.settled(machine.session.commands.remove(id, { deleteData: false }));
  const { allTime } = machine.session.getSnapshot();
  expect(allTime.downloadedBytes).toBeGreaterThanOrEqual(FILE.content.length);
  expect(seeder.session.getSnapshot().allTime.uploadedBytes).toBeGreaterThanOrEqual(FILE.content.length);

  await net.close(machine);
  const again = await net.open("10.0.2.1", { remember: true, memory: machine.memory });
  expect(again.session.getSnapshot().allTime).toEqual(allTime);
});

test("a crash costs a minute of them at most", async () => {
  const net = new SessionWorld(96);
  await net.openSeeder("10.0.1.1", FILE);
  const machine = await net.open("10.0.2.1", { remember: true });
  await net.settled(machine.session.commands.add(torrentFile(FILE), {}));
  await net.untilPhase(machine, id, "seeding");
  await net.runFor(60_000);
  const { allTime } = machine.session.getSnapshot();
  const again = await net.open("10.0.2.2", { remember: true, memory: net.memoryAfterCrash(machine) });

  expect(again.session.getSnapshot().allTime).toEqual(allTime);
});

test("a record that is torn counts as none", async () => {
  const net = new SessionWorld(97);
  const memory = net.newMemory();
  memory.records.set("totals", new Uint8Array(40));
  const machine = await net.open("10.0.2.1", { remember: true, memory });

  expect(machine.session.getSnapshot().allTime).toEqual({ downloadedBytes: 0, uploadedBytes: 0 });
});
