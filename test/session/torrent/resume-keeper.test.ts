/** Records are saved in time, one save at a time, and again after a failure (threats R2). */
import { beforeEach, describe, expect, test } from "vitest";
import { ResumeKeeper } from "../../../src/session/torrent/resume-keeper.ts";
import { World } from "../../../src/sim/index.ts";

const MIB = 2 ** 20;

describe("the keeper of a record", () => {
  let world: World;
  let keeper: ResumeKeeper;
  /** When each save began, since the start. */
  let begun: number[];
  let failures: number;
  /** Settles the save that is under way. */
  let finish: (error?: Error) => Promise<void>;

  beforeEach(() => {
    world = new World(1);
    const startMs = world.nowMs;
    begun = [];
    failures = 0;
    keeper = new ResumeKeeper({
      clock: world.clock,
      save: () => {
        begun.push(world.nowMs - startMs);
        return new Promise((resolve, reject) => {
          finish = async (error) => {
            if (error === undefined) resolve();
            else reject(error);
            await turn();
          };
        });
      },
      onFailure: () => failures++,
    });
  });

  test("saves ten seconds after the first change, however many follow", async () => {
    keeper.changed();
    world.runFor(6_000);
    keeper.changed();
    keeper.stored(1_000);
    world.runFor(60_000);

    expect(begun).toEqual([10_000]);
  });

  test("saves at once when 64 MiB are unsaved", async () => {
    keeper.stored(40 * MIB);
    world.runFor(1_000);
    keeper.stored(24 * MIB);
    world.runFor(1);

    expect(begun).toEqual([1_000]);
  });

  test("does nothing while nothing changes", async () => {
    await keeper.flush();
    world.runFor(60_000);

    expect(begun).toEqual([]);
  });

  test("saves one at a time, and what changed meanwhile afterwards", async () => {
    keeper.changed();
    world.runFor(10_000);
    keeper.changed();
    world.runFor(60_000);
    expect(begun).toEqual([10_000]);
    await finish();
    world.runFor(1);

    expect(begun).toHaveLength(2);
  });

  test("tries again after ten seconds when a save failed", async () => {
    keeper.changed();
    world.runFor(10_000);
    await finish(new Error("full"));
    expect(failures).toBe(1);
    world.runFor(9_999);
    expect(begun).toHaveLength(1);
    world.runFor(1);

    expect(begun).toEqual([10_000, 20_000]);
  });

  test("flushes after the save that is under way, and answers when all is durable", async () => {
    keeper.changed();
    world.runFor(10_000);
    keeper.changed();
    let isFlushed = false;
    const flushed = keeper.flush().then(() => {
      isFlushed = true;
    });
    await finish();
    expect(begun).toHaveLength(2);
    expect(isFlushed).toBe(false);
    await finish();
    await flushed;
    world.runFor(60_000);

    expect(begun).toHaveLength(2);
  });

  test("saves nothing more once closed", async () => {
    keeper.changed();
    await keeper.close();
    await keeper.flush();
    keeper.changed();
    world.runFor(60_000);

    expect(begun).toEqual([]);
  });
});

/** Lets everything that only waits for promises go on. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
