/** Who was banned stays banned over a restart, for as long as the ban had to run. */
import { expect, test } from "vitest";
import { BANS_RECORD, decodeBans, encodeBans } from "../../src/storage/index.ts";
import { filledFile } from "../support/filled-torrent.ts";
import { magnetOf, SessionWorld } from "./support/session-world.ts";

const FILE = filledFile("one.bin", 100_000, 32_768);
const SEEDER = "10.0.1.1";
/** Virtual time 0, as the simulated machines see it. */
const EPOCH_UNIX_MS = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;

async function aMachineThatBanned(net: SessionWorld, savedAtUnixMs: number) {
  const seeder = await net.openSeeder(SEEDER, FILE);
  const memory = net.newMemory();
  const port = seeder.session.getSnapshot().listening?.split(":").at(-1);
  const bans = [{ party: `${SEEDER}:${port}`, remainingMs: DAY_MS }];
  memory.records.set(BANS_RECORD, encodeBans({ savedAtUnixMs, bans }));
  const machine = await net.open("10.0.2.1", { memory, remember: true });
  const { id } = await net.settled(machine.session.commands.add(magnetOf(FILE), {}));
  return { machine, id, memory };
}

test("a banned peer is not talked to after a restart, and is kept in the record", async () => {
  const net = new SessionWorld(91);
  const { machine, id, memory } = await aMachineThatBanned(net, EPOCH_UNIX_MS);
  await net.runFor(120_000);

  expect(machine.torrent(id)).toMatchObject({ phase: "resolving", counts: { connectedPeers: 0 } });
  await net.close(machine);
  const saved = decodeBans(memory.records.get(BANS_RECORD) ?? new Uint8Array(0));
  expect(saved).toMatchObject({ ok: true, value: { bans: [{ party: expect.stringContaining(SEEDER) }] } });
});

test("the time in which nothing ran counts: a ban that is over keeps nobody away", async () => {
  const net = new SessionWorld(92);
  const { machine, id } = await aMachineThatBanned(net, EPOCH_UNIX_MS - DAY_MS - 1);

  await net.untilPhase(machine, id, "seeding");
});
