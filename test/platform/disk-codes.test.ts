import { expect, test } from "vitest";
import { ClientError } from "../../src/core/errors.ts";
import { codeOfNumber, DiskFault, diskError, numberOfCode } from "../../src/platform/disk-codes.ts";

test.each([
  ["ENOSPC", "DISK_FULL"],
  ["EDQUOT", "DISK_FULL"],
  ["EACCES", "PATH_NOT_WRITABLE"],
  ["EPERM", "PATH_NOT_WRITABLE"],
  ["EROFS", "PATH_NOT_WRITABLE"],
  ["EISDIR", "PATH_IN_THE_WAY"],
  ["ENOTDIR", "PATH_IN_THE_WAY"],
  ["ELOOP", "PATH_IN_THE_WAY"],
  ["EFTYPE", "PATH_IN_THE_WAY"],
  ["ENOENT", "PATH_NOT_FOUND"],
  ["EIO", "DISK_ERROR"],
  ["ESOMETHING", "DISK_ERROR"],
])("%s is told to people as %s, with the path and what to do", (code, expected) => {
  const cause = Object.assign(new Error("system"), { code });
  const error = diskError(cause, "/films/one.mkv");

  expect(error.code).toBe(expected);
  expect(error.message).toContain("/films/one.mkv");
  expect(error.hint).not.toBe(undefined);
  expect(error.cause).toBe(cause);
});

test("what is an error for people already stays as it is", () => {
  const error = new ClientError("DISK_FULL", "full");
  expect(diskError(error, "/x")).toBe(error);
});

test("codes cross threads as numbers; what has no number is EIO", () => {
  for (const code of ["ENOSPC", "EROFS", "ELOOP", "ENODATA", "EMFILE"]) {
    expect(codeOfNumber(numberOfCode(code))).toBe(code);
  }
  expect(codeOfNumber(numberOfCode("EUNHEARDOF"))).toBe("EIO");
  expect(new DiskFault("ELOOP", "/x").message).toBe("ELOOP: /x");
});
