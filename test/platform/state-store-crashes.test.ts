/** State records over failing disks and power cuts: what is loaded is always a whole generation, the old or the new one. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { utf8Bytes, utf8Text } from "../../src/core/bytes.ts";
import { FileStateStore } from "../../src/platform/index.ts";
import { openRecord, sealRecord } from "../../src/storage/index.ts";
import { fuzzRuns } from "../support/fuzz-runs.ts";
import { CrashingFiles } from "./crashing-files.ts";

const FOLDER = "/state";
const RECORDS = ["torrents", "resume-a", "resume-b"];

const isIntact = (bytes: Uint8Array) => openRecord(bytes).ok;
const sealed = (generation: number) =>
  sealRecord(utf8Bytes(`generation ${generation} ${"x".repeat(generation)}`));

async function generationIn(store: FileStateStore, name: string): Promise<number | undefined> {
  const bytes = await store.load(name, isIntact);
  if (bytes === undefined) return undefined;
  const record = openRecord(bytes);
  if (!record.ok) throw new Error("a torn record was loaded");
  return Number(/^generation (\d+)/.exec(utf8Text(record.value))?.[1]);
}

/** Saves generation after generation of a few records; answers the last one of each whose save was answered. */
async function saveMany(store: FileStateStore, order: readonly number[]): Promise<Map<string, number>> {
  const acknowledged = new Map<string, number>();
  for (const [generation, which] of order.entries()) {
    const name = RECORDS[which] as string;
    await store.save(name, sealed(generation)).then(
      () => acknowledged.set(name, generation),
      () => {},
    );
  }
  return acknowledged;
}

const orders = fc.array(fc.nat(RECORDS.length - 1), { minLength: 2, maxLength: 12 });

describe("state records", () => {
  test("ST12, ST13: after a power cut at any call every record is the last one that was acknowledged, or a later one", async () => {
    await fc.assert(
      fc.asyncProperty(
        orders,
        fc.nat(120),
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        async (order, cut, chances) => {
          const files = new CrashingFiles();
          files.cutAtCall = cut + 1;
          const acknowledged = await saveMany(new FileStateStore(FOLDER, files), order);
          const next = new FileStateStore(
            FOLDER,
            files.afterPowerCut(() => chances.next().value as number),
          );
          for (const name of RECORDS) {
            const found = await generationIn(next, name);
            const least = acknowledged.get(name);
            if (least !== undefined) expect(found ?? -1).toBeGreaterThanOrEqual(least);
          }
        },
      ),
      { numRuns: Math.max(1_000, fuzzRuns() / 10) },
    );
  });

  test.each(["ENOSPC", "EIO", "EMFILE", "EROFS", "EDQUOT"])(
    "ST02, ST05: whichever single call fails with %s, everything stays loadable and the next save succeeds",
    async (code) => {
      const order = [0, 1, 0, 2, 0, 1];
      const whole = new CrashingFiles();
      await saveMany(new FileStateStore(FOLDER, whole), order);
      expect(whole.calls).toBeGreaterThan(40);
      for (let call = 1; call <= whole.calls; call++) {
        const files = new CrashingFiles();
        files.failAtCall = call;
        files.failCode = code;
        const store = new FileStateStore(FOLDER, files);
        const acknowledged = await saveMany(store, order);
        for (const name of RECORDS)
          expect((await generationIn(store, name)) ?? -1, `call ${call}`).toBeGreaterThanOrEqual(
            acknowledged.get(name) ?? -1,
          );
        await store.save("torrents", sealed(99));
        expect(await generationIn(new FileStateStore(FOLDER, files), "torrents")).toBe(99);
      }
    },
  );

  test("ST05: a record that is there and cannot be read is an error, not an empty one to be saved over", async () => {
    const files = new CrashingFiles();
    const store = new FileStateStore(FOLDER, files);
    await store.save("torrents", sealed(1));
    files.failAtCall = files.calls + 1;
    files.failCode = "EMFILE";

    await expect(store.load("torrents", isIntact)).rejects.toMatchObject({ code: "DISK_ERROR" });
    expect(await generationIn(store, "torrents")).toBe(1);
  });

  test("ST03: a newest generation that cannot be read gives way to the former one", async () => {
    const files = new CrashingFiles();
    const store = new FileStateStore(FOLDER, files);
    await saveMany(store, [0, 0]);
    files.failAtCall = files.calls + 1;

    expect(await generationIn(store, "torrents")).toBe(0);
  });

  test("ST02: a save that fails leaves no temporary file and no empty one", async () => {
    for (let call = 1; call <= 7; call++) {
      const files = new CrashingFiles();
      files.failAtCall = call;
      files.failCode = "ENOSPC";
      const store = new FileStateStore(FOLDER, files);
      const error = await store.save("torrents", sealed(1)).then(
        () => undefined,
        (failure: unknown) => failure,
      );
      if (error === undefined) continue;
      expect(error).toMatchObject({ code: "DISK_FULL" });
      expect(await files.list(FOLDER)).toEqual([]);
    }
  });
});
