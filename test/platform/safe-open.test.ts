import {
  closeSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openOrCreate, openToChange, openToRead } from "../../src/platform/safe-open.ts";
import { runProgram } from "../support/run-program.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

let folder: TemporaryFolder;
let root: string;
let outside: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  root = join(folder.path, "root");
  outside = join(folder.path, "outside");
  mkdirSync(root);
  mkdirSync(outside);
});
afterEach(() => folder.remove());

function refusal(code: string): Error {
  return expect.objectContaining({ code }) as Error;
}

test("creates a file with its folders, and the root where it is absent", () => {
  const absent = join(folder.path, "not", "yet");
  const file = openOrCreate(absent, "a/b/c.bin");
  writeSync(file.descriptor, "x");
  closeSync(file.descriptor);

  expect(file.created).toBe(join(absent, "a/b/c.bin"));
  expect(readFileSync(join(absent, "a/b/c.bin"), "utf8")).toBe("x");
  expect(statSync(join(absent, "a/b/c.bin")).mode & 0o111).toBe(0);
});

test("opens what exists without truncating it", () => {
  writeFileSync(join(root, "there.bin"), "0123456789");
  const file = openOrCreate(root, "there.bin");
  closeSync(file.descriptor);

  expect(file.created).toBeUndefined();
  expect(readFileSync(join(root, "there.bin"), "utf8")).toBe("0123456789");
});

test("reading and changing create nothing", () => {
  expect(() => openToRead(root, "a/absent")).toThrow(refusal("ENOENT"));
  expect(() => openToChange(root, "a/absent")).toThrow(refusal("ENOENT"));
  expect(readdirSync(root)).toEqual([]);
});

test("refuses a symbolic link in place of the file, wherever it leads", () => {
  writeFileSync(join(outside, "secret"), "secret");
  symlinkSync(join(outside, "secret"), join(root, "out"));
  symlinkSync(join(outside, "new"), join(root, "dangling"));
  for (const name of ["out", "dangling"]) {
    expect(() => openOrCreate(root, name)).toThrow(refusal("ELOOP"));
    expect(() => openToRead(root, name)).toThrow(refusal("ELOOP"));
  }
  expect(readFileSync(join(outside, "secret"), "utf8")).toBe("secret");
  expect(existsSync(join(outside, "new"))).toBe(false);
});

test("refuses a folder that is a link out of the root, and creates nothing behind it", () => {
  symlinkSync(outside, join(root, "album"));
  expect(() => openOrCreate(root, "album/song.bin")).toThrow(refusal("ELOOP"));
  expect(() => openOrCreate(root, "album/deep/song.bin")).toThrow(refusal("ELOOP"));
  expect(() => openToRead(root, "album/song.bin")).toThrow(refusal("ELOOP"));
  expect(readdirSync(outside)).toEqual([]);
});

test("a sibling whose name begins like the root is outside", () => {
  mkdirSync(join(folder.path, "root-2"));
  symlinkSync(join(folder.path, "root-2"), join(root, "album"));
  expect(() => openOrCreate(root, "album/song.bin")).toThrow(refusal("ELOOP"));
});

test("the root itself may be reached by a link, and links inside of it may be followed", () => {
  symlinkSync(root, join(folder.path, "link"));
  mkdirSync(join(root, "real"));
  symlinkSync(join(root, "real"), join(root, "alias"));
  closeSync(openOrCreate(join(folder.path, "link"), "alias/song.bin").descriptor);
  expect(existsSync(join(root, "real", "song.bin"))).toBe(true);
});

test("refuses folders, FIFOs and files in place of folders, without hanging", () => {
  mkdirSync(join(root, "folder"));
  runProgram("mkfifo", join(root, "fifo"));
  writeFileSync(join(root, "file"), "x");

  expect(() => openOrCreate(root, "folder")).toThrow(refusal("EISDIR"));
  expect(() => openToRead(root, "folder")).toThrow(refusal("EISDIR"));
  expect(() => openOrCreate(root, "fifo")).toThrow(refusal("EFTYPE"));
  expect(() => openToRead(root, "fifo")).toThrow(refusal("EFTYPE"));
  expect(() => openOrCreate(root, "file/below")).toThrow(refusal("ENOTDIR"));
});

test.each(["", ".", "..", "../outside/x", "a/../../outside/x", "/etc/passwd", "a//b", "a/./b"])(
  "refuses the name %j, which no sanitised name is",
  (name) => {
    expect(() => openOrCreate(root, name)).toThrow(refusal("ELOOP"));
    expect(readdirSync(outside)).toEqual([]);
  },
);

test("a name that is too long says so", () => {
  expect(() => openOrCreate(root, "n".repeat(300))).toThrow(refusal("ENAMETOOLONG"));
});
