import { closeSync, fstatSync, openSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { OpenFiles } from "../../src/platform/open-files.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

let folder: TemporaryFolder;
let files: OpenFiles;
beforeEach(async () => {
  folder = await temporaryFolder();
  files = new OpenFiles(3);
});
afterEach(async () => {
  files.closeAll();
  await folder.remove();
});

const open = (name: string, flags: string) => () => openSync(join(folder.path, name), flags);

function isOpen(descriptor: number): boolean {
  try {
    fstatSync(descriptor);
    return true;
  } catch {
    return false;
  }
}

test("keeps a descriptor as long as it is used, and closes the one used longest ago", () => {
  const first = files.toWrite(1, open("a", "w+"));
  const second = files.toWrite(2, open("b", "w+"));
  files.toWrite(3, open("c", "w+"));
  expect(files.toRead(1, open("a", "r"))).toBe(first);
  files.toWrite(4, open("d", "w+"));

  expect(files.size).toBe(3);
  expect(isOpen(first)).toBe(true);
  expect(files.toRead(2, open("b", "r"))).toBe(second);
});

test("replaces a descriptor that may only read when it has to write", () => {
  closeSync(openSync(join(folder.path, "a"), "w"));
  files.toRead(1, open("a", "r"));
  const writable = files.toWrite(1, open("a", "r+"));

  expect(files.size).toBe(1);
  expect(files.toRead(1, open("a", "r"))).toBe(writable);
});

test("closes what belongs to one torrent", () => {
  const kept = files.toWrite(5, open("a", "w+"));
  const closed = files.toWrite(10, open("b", "w+"));
  files.closeRange(10, 20);

  expect(isOpen(kept)).toBe(true);
  expect(isOpen(closed)).toBe(false);
  expect(files.size).toBe(1);
});

test("out of descriptors it closes its own and tries once more", () => {
  files.toWrite(1, open("a", "w+"));
  let attempts = 0;
  const descriptor = files.toWrite(2, () => {
    if (attempts++ === 0) throw Object.assign(new Error("too many"), { code: "EMFILE" });
    return openSync(join(folder.path, "b"), "w+");
  });

  expect(attempts).toBe(2);
  expect(files.size).toBe(1);
  expect(isOpen(descriptor)).toBe(true);
});

test("a second refusal is the caller's to hear", () => {
  files.toWrite(1, open("a", "w+"));
  const refuse = (): number => {
    throw Object.assign(new Error("too many"), { code: "EMFILE" });
  };
  expect(() => files.toRead(2, refuse)).toThrow("too many");
});
