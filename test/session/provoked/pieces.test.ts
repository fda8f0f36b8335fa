/** S, OK, K: pieces that do not come, transfers that go well, and seeding, provoked in simulated swarms. */
import { describe, expect, test } from "vitest";
import { filledFile } from "../../support/filled-torrent.ts";
import { magnetOf, placeContent, SessionWorld, torrentFile } from "../support/session-world.ts";
import {
  FILE,
  FILE_ID,
  holed,
  openPartial,
  PIECE,
  rot,
  SLOW_MACHINE_MS,
  sentencesOf,
  untilCode,
  withDisk,
} from "./provoked.ts";

describe("why pieces do not come is said", { timeout: SLOW_MACHINE_MS }, () => {
  test("S1: nobody has some of them", async () => {
    const net = new SessionWorld(941);
    await openPartial(net, "10.0.1.1", (piece) => piece < 30);
    await openPartial(net, "10.0.1.2", (piece) => piece >= 10 && piece < 35);
    const machine = await net.open("10.0.2.1");
    await net.settled(machine.session.commands.add(magnetOf(FILE), {}));
    await net.until(() => machine.torrent(FILE_ID).diagnosis.severity === "problem");
    const said = machine.torrent(FILE_ID);

    expect(said.diagnosis).toMatchObject({
      code: "S1",
      sentence: "5 of 40 pieces are on no connected peer. Reachable: 87.5 %.",
    });
    expect(said.havePieces).toBe(35);
    expect(said.chain.pieces).toBe("broken");
    expect(said.reachableRatio).toBe(0.875);
    expect(said.etaRange).toBeNull();
    expect(said.finishConfidence).toBe(0);
  });

  test("S1 while others still come", async () => {
    const net = new SessionWorld(942);
    await openPartial(net, "10.0.1.1", (piece) => piece < 35, { maxUpBytesPerSecond: 20_000 });
    const machine = await net.open("10.0.2.1");
    await net.settled(machine.session.commands.add(magnetOf(FILE), {}));
    const { diagnosis } = await untilCode(net, machine, "S1");

    expect(diagnosis.sentence).toBe("5 of 40 pieces are on no connected peer. Reachable: 87.5 %.");
    expect(diagnosis.severity).toBe("notice");
  });

  test("S2: everybody who has them chokes us", async () => {
    const net = new SessionWorld(943);
    for (const host of ["10.0.1.1", "10.0.1.2"]) await net.openSeeder(host, FILE, { uploadSlots: 0 });
    const machine = await net.open("10.0.2.1");
    await net.settled(machine.session.commands.add(magnetOf(FILE), {}));
    const { diagnosis, chain } = await untilCode(net, machine, "S2");

    expect(diagnosis.sentence).toBe("All 2 peers that have what we need are choking us.");
    expect(chain).toMatchObject({ peers: "ok", link: "broken", pieces: "unreached" });
  });

  test("S3: they were promised and are not sent", async () => {
    const net = new SessionWorld(944);
    const hanging = withDisk(() => ({ readBlock: () => {} }));
    await net.openSeeder("10.0.1.1", FILE, { platform: hanging });
    const machine = await net.open("10.0.2.1");
    await net.settled(machine.session.commands.add(magnetOf(FILE), {}));

    expect((await untilCode(net, machine, "S3")).diagnosis.sentence).toBe(
      "1 peer has promised data and sends none.",
    );
  });

  test("S4: the others have less than we", async () => {
    const net = new SessionWorld(945);
    await openPartial(net, "10.0.1.1", (piece) => piece < 10);
    const memory = net.newMemory();
    placeContent(
      memory,
      holed(FILE, (piece) => piece < 20),
    );
    const machine = await net.open("10.0.2.1", { memory });
    await net.settled(machine.session.commands.add(torrentFile(FILE), {}));

    expect((await untilCode(net, machine, "S4")).diagnosis.sentence).toBe(
      "1 peer connected, none has anything that is missing here.",
    );
  });

  test("S5: the last part is on one slow peer only", async () => {
    const net = new SessionWorld(946);
    await net.openSeeder("10.0.1.1", FILE, { maxUpBytesPerSecond: 2_000 });
    for (const host of ["10.0.1.2", "10.0.1.3"])
      await openPartial(net, host, (piece) => piece < 34, { maxUpBytesPerSecond: 10_000 });
    const machine = await net.open("10.0.2.1");
    await net.settled(machine.session.commands.add(magnetOf(FILE), {}));
    const { diagnosis } = await untilCode(net, machine, "S5");

    expect(diagnosis.sentence).toMatch(/^\d+ KiB exists only on one peer \(.+\): finishing depends on it\.$/);
  });

  test("S6: a piece fails its check whoever sends it", async () => {
    const net = new SessionWorld(947);
    for (let peer = 1; peer <= 6; peer++) {
      const bad = await net.openSeeder(`10.0.1.${peer}`, FILE);
      rot(bad, (piece) => piece === 7);
    }
    const machine = await net.open("10.0.2.1");
    await net.settled(machine.session.commands.add(magnetOf(FILE), {}));

    expect((await untilCode(net, machine, "S6")).diagnosis.sentence).toMatch(/^Piece 7 fails its check/);
  });
});

describe("what goes well, or slower than it did, is said", { timeout: SLOW_MACHINE_MS }, () => {
  test("S0, OK1 and OK2: connected, in full flow, and slower than usual", async () => {
    const net = new SessionWorld(948);
    const long = filledFile("long.bin", 200 * PIECE, PIECE);
    const seeder = await net.openSeeder("10.0.1.1", long, { maxUpBytesPerSecond: 30_000 });
    const machine = await net.open("10.0.2.1");
    const said = sentencesOf(machine);
    const { id } = long.metainfo;
    await net.settled(machine.session.commands.add(magnetOf(long), {}));
    await untilCode(net, machine, "OK1", id);
    await net.runFor(150_000);
    await net.settled(seeder.session.commands.configure({ maxUpBytesPerSecond: 5_000 }));
    const { diagnosis } = await untilCode(net, machine, "OK2", id);

    expect(said.get("S0")).toBe("Connected to 1 peer; waiting for the first data.");
    expect(said.get("OK1")).toBe("Fine: 1 of 1 peer sends.");
    expect(diagnosis.sentence).toMatch(/^Slower than usual: .*\/s, 1 peer connected\.$/);
  });
});

describe("what a seed is good for is said", { timeout: SLOW_MACHINE_MS }, () => {
  test("K1: it is the last one, and K0 when another is known of", async () => {
    const net = new SessionWorld(949);
    const machine = await net.openSeeder("10.0.1.1", FILE, { maxUpBytesPerSecond: 5_000 });
    const taker = await net.open("10.0.2.1");
    await net.settled(taker.session.commands.add(magnetOf(FILE), {}));
    expect((await untilCode(net, machine, "K1")).diagnosis.sentence).toBe(
      "You are the last seed: 1 peer still needs pieces.",
    );
    await net.openSeeder("10.0.3.1", FILE, { maxUpBytesPerSecond: 100 });

    expect((await untilCode(net, machine, "K0")).diagnosis.sentence).toMatch(/^Sharing with 1 peer/);
  });

  test("K2: nobody asks, K3: and nobody could", async () => {
    const net = new SessionWorld(950);
    const machine = await net.openSeeder("10.0.1.1", FILE);
    await untilCode(net, machine, "K2");
    await net.runFor(1_800_000);
    const { diagnosis } = await untilCode(net, machine, "K3");

    expect(diagnosis.sentence).toBe(
      "Nobody has reached you since you began to seed: your port seems closed.",
    );
  });
});
