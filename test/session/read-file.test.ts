/** Reading a file while it comes. */
import { describe, expect, test } from "vitest";
import { concatBytes } from "../../src/core/bytes.ts";
import { filledFile, filledFolder, fingerprint } from "../support/filled-torrent.ts";
import { magnetOf, SessionWorld } from "./support/session-world.ts";

const PIECE = 32_768;
const LONG = filledFile("long.bin", 200 * PIECE + 17, PIECE);
const ALBUM = filledFolder(
  "album",
  [
    { path: ["small"], lengthBytes: PIECE + 100 },
    { path: ["large"], lengthBytes: 20 * PIECE },
  ],
  PIECE,
);

async function all(stream: AsyncGenerator<Uint8Array>): Promise<Uint8Array> {
  const runs: Uint8Array[] = [];
  for await (const run of stream) runs.push(run);
  return concatBytes(runs);
}

describe("a file that is read while it comes", () => {
  test("is exact, and its next pieces are fetched before all others", async () => {
    const net = new SessionWorld(801);
    await net.openSeeder("10.0.1.1", LONG);
    const machine = await net.open("10.0.2.1", { maxDownBytesPerSecond: 200_000 });
    const { id } = LONG.metainfo;
    await net.settled(machine.session.commands.add(magnetOf(LONG), {}));
    await net.untilPhase(machine, id, "downloading");
    const startBytes = 150 * PIECE + 5;
    const endBytes = startBytes + 4 * PIECE;
    const run = await net.settled(all(machine.session.readFile(id, undefined, { startBytes, endBytes })));

    expect(fingerprint(run)).toBe(fingerprint(LONG.content.subarray(startBytes, endBytes)));
    expect(machine.torrent(id).havePieces).toBeLessThan(60);
    const whole = await net.settled(all(machine.session.readFile(id)));
    expect(fingerprint(whole)).toBe(fingerprint(LONG.content));
  });

  test("can be read when it is long finished and the torrent rests", async () => {
    const net = new SessionWorld(802);
    await net.openSeeder("10.0.1.1", ALBUM);
    const machine = await net.open("10.0.2.1");
    const { id } = ALBUM.metainfo;
    await net.settled(machine.session.commands.add(magnetOf(ALBUM), { seedRatio: 0 }));
    await net.untilPhase(machine, id, "finished");
    const small = await net.settled(all(machine.session.readFile(id, "album/small")));

    expect(fingerprint(small)).toBe(fingerprint(ALBUM.fileContent(0)));
  });

  test("is refused where there is none, or it is not selected; ends when the torrent goes", async () => {
    const net = new SessionWorld(803);
    const machine = await net.open("10.0.2.1");
    const { id } = ALBUM.metainfo;
    const { commands } = machine.session;
    await net.settled(commands.add(magnetOf(ALBUM), {}));
    await expect(all(machine.session.readFile(id))).rejects.toMatchObject({ code: "NOT_FOUND" });
    await net.openSeeder("10.0.1.1", ALBUM, { maxUpBytesPerSecond: 1_000 });
    await net.untilPhase(machine, id, "downloading");
    await net.settled(commands.setFilePriorities(id, [0, 4]));
    await expect(all(machine.session.readFile(id, "album/small"))).rejects.toMatchObject({ code: "USAGE" });
    await expect(all(machine.session.readFile(id, "album/none"))).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    const reading = all(machine.session.readFile(id, "album/large"));
    const outcome = expect(reading).rejects.toMatchObject({ code: "SESSION_CLOSED" });
    await net.runFor(1_000);
    await net.settled(commands.remove(id, { deleteData: false }));

    await outcome;
  });
});
