/** E: the disk, and data that is not what it should be, provoked in simulated swarms. */
import { describe, expect, test } from "vitest";
import { ClientError, type ErrorCode } from "../../../src/core/errors.ts";
import { magnetOf, SessionWorld } from "../support/session-world.ts";
import { FILE, openPartial, PIECE, rot, SLOW_MACHINE_MS, untilCode, withDisk } from "./provoked.ts";

async function openFailing(seed: number, code: ErrorCode) {
  const net = new SessionWorld(seed);
  await net.openSeeder("10.0.1.1", FILE);
  const prepare = () => Promise.reject(new ClientError(code, "What the disk said."));
  const machine = await net.open("10.0.2.1", { platform: withDisk(() => ({ prepare })) });
  await net.settled(machine.session.commands.add(magnetOf(FILE), {}));
  return { net, machine };
}

describe("what is wrong with the disk is said", { timeout: SLOW_MACHINE_MS }, () => {
  test("E1: it is full, and it goes on by itself when there is space", async () => {
    const net = new SessionWorld(911);
    await net.openSeeder("10.0.1.1", FILE);
    const memory = net.newMemory();
    memory.disk.freeSpaceBytes = 3 * PIECE;
    const machine = await net.open("10.0.2.1", { memory });
    await net.settled(machine.session.commands.add(magnetOf(FILE), {}));
    const { diagnosis, chain } = await untilCode(net, machine, "E1");

    expect(diagnosis.sentence).toMatch(/^The disk is full: needs 1\.3 MiB, .* free in \/data\.$/);
    expect(chain.disk).toBe("broken");
    memory.disk.freeSpaceBytes = Number.POSITIVE_INFINITY;
    await net.untilPhase(machine, FILE.metainfo.id, "seeding");
  });

  test.each([
    ["E2", "PATH_NOT_WRITABLE", 912],
    ["E3", "PATH_NOT_FOUND", 913],
    ["E4", "DISK_ERROR", 914],
  ] as const)("%s: %s", async (code, error, seed) => {
    const { net, machine } = await openFailing(seed, error);

    expect((await untilCode(net, machine, code)).diagnosis.sentence).toBe("What the disk said.");
  });

  test("E5: a peer whose disk went bad sends damaged data", async () => {
    const net = new SessionWorld(915);
    const bad = await net.openSeeder("10.0.1.1", FILE);
    rot(bad);
    const machine = await net.open("10.0.2.1");
    await net.settled(machine.session.commands.add(magnetOf(FILE), {}));
    const { diagnosis } = await untilCode(net, machine, "E5");

    expect(diagnosis.sentence).toBe("A peer sends damaged data (blocked 10.0.1.1).");
    expect(diagnosis.severity).toBe("problem");
  });

  test("E6: shared data differs from its torrent", async () => {
    const net = new SessionWorld(916);
    const machine = await openPartial(net, "10.0.1.1", (piece) => piece > 1);

    expect((await untilCode(net, machine, "E6")).diagnosis.sentence).toBe(
      "2 pieces on disk are not what the torrent says.",
    );
  });
});
