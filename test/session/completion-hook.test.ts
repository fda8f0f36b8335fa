/** The program that is run when a torrent is done. */
import { expect, test } from "vitest";
import type { ProgramCall } from "../../src/session/session-ports.ts";
import { filledFolder } from "../support/filled-torrent.ts";
import { FOLDER, magnetOf, SessionWorld } from "./support/session-world.ts";

const PIECE = 32_768;
const ALBUM = filledFolder("album", [{ path: ["one"], lengthBytes: 10 * PIECE }], PIECE);
const ID = ALBUM.metainfo.id;

test("the completion hook is run once for each torrent that was fetched, with its path and no shell", async () => {
  const net = new SessionWorld(701);
  const calls: { readonly program: readonly string[]; readonly call: ProgramCall }[] = [];
  const recording = {
    completionHook: ["convert", "--into", "a b; $(id)"],
    remember: true,
    platform: (platform) => ({
      ...platform,
      programs: {
        run: (program: readonly string[], call: ProgramCall) => {
          calls.push({ program, call });
          return Promise.resolve(3);
        },
      },
    }),
  } satisfies Parameters<SessionWorld["open"]>[1];
  await net.openSeeder("10.0.1.1", ALBUM, recording);
  const machine = await net.open("10.0.2.1", recording);
  await net.settled(machine.session.commands.add(magnetOf(ALBUM), { labels: ["x", "y"] }));
  await net.until(() => calls.length > 0);
  await net.runFor(5_000);
  await net.settled(machine.session.commands.verify(ID));
  await net.untilPhase(machine, ID, "seeding");
  await net.close(machine);
  const again = await net.open("10.0.2.1", { ...recording, memory: machine.memory });
  await net.untilPhase(again, ID, "seeding");
  await net.runFor(5_000);

  expect(calls).toEqual([
    {
      program: ["convert", "--into", "a b; $(id)"],
      call: {
        folder: FOLDER,
        path: "album",
        environment: { STARLING_ID: ID, STARLING_NAME: "album", STARLING_LABELS: "x,y" },
      },
    },
  ]);
  const log = machine.session.getSnapshot().log.map(({ text }) => text);
  expect(log).toContain("the completion hook ended with 3");
});
