/** The file of a recording: new, and for its owner's eyes only. */
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createRecordingFile } from "../../src/platform/index.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const unheard = (code: string): never => {
  throw new Error(`no failure was expected, but ${code} came`);
};

test("holds what was appended, in order, and only its owner can read it", async () => {
  const path = join((await temporaryFolder()).path, "a.rec");
  const file = await createRecordingFile(path, unheard);
  for (const part of ["one ", "two ", "three"]) file.append(Buffer.from(part));
  await file.close();

  expect(await readFile(path, "utf8")).toBe("one two three");
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test("never takes the place of another file", async () => {
  const path = join((await temporaryFolder()).path, "a.rec");
  await writeFile(path, "precious");

  await expect(createRecordingFile(path, unheard)).rejects.toMatchObject({ code: "PATH_IN_THE_WAY" });
  expect(await readFile(path, "utf8")).toBe("precious");
});

test("says where it cannot be", async () => {
  const path = join((await temporaryFolder()).path, "nowhere", "a.rec");

  await expect(createRecordingFile(path, unheard)).rejects.toMatchObject({ code: "PATH_NOT_WRITABLE" });
});
