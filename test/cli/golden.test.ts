/** Whole outputs, as people and scripts see them: what changes here changes for everybody. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { run, scratchFolder } from "./support.ts";

const PATIENT_MS = 60_000;
const ALBUM = "28b259125fdeec67117d1eb1facf518c8ac8c3f3";
let home: string;

beforeAll(() => {
  home = scratchFolder();
  mkdirSync(join(home, "album"));
  writeFileSync(join(home, "album", "one.txt"), "one");
  writeFileSync(join(home, "album", "two.txt"), "2".repeat(40_000));
});

const golden = async (args: readonly string[], expected: string): Promise<void> => {
  const { exit, stdout, stderr } = await run(args, home);
  expect(`${stdout}${stderr}exit ${exit}`).toBe(expected);
};

test(
  "create, info, verify",
  async () => {
    await golden(
      ["create", "album", "-o", "album.torrent"],
      `magnet:?xt=urn:btih:${ALBUM}&dn=album
album.torrent
exit 0`,
    );
    await golden(
      ["info", "album.torrent"],
      `name          album
info-hash     ${ALBUM}
size          39 KiB (40003 bytes)
pieces        3 of 16 KiB
kind          v1
files         2
        3 B  album/one.txt
     39 KiB  album/two.txt
exit 0`,
    );
    writeFileSync(join(home, "album", "one.txt"), "off");
    await golden(
      ["verify", "album.torrent", "."],
      `album/one.txt  0 of 1 pieces
album/two.txt  2 of 3 pieces
2 of 3 pieces are right (66.6 %)
exit 7`,
    );
  },
  PATIENT_MS,
);

test.each([
  [["gett"], "error: unknown command 'gett'\nhint: Did you mean get?\nexit 2"],
  [["ls", "--wacth"], "error: unknown option '--wacth'\nhint: Did you mean --watch?\nexit 2"],
  [
    ["get"],
    "error: missing required argument 'source'\nhint: starling --help lists the commands, starling COMMAND --help its options.\nexit 2",
  ],
  [
    ["get", "x.torrent"],
    "error: There is no file x.torrent\nhint: Give a magnet link, an info-hash or a .torrent file.\nexit 8",
  ],
  [
    ["completions", "tcsh"],
    "error: command-argument value 'tcsh' is invalid for argument 'shell'. Allowed choices are bash, zsh, fish.\nhint: starling --help lists the commands, starling COMMAND --help its options.\nexit 2",
  ],
  [
    ["ls", "--wacth", "--json"],
    '{"ok":false,"error":{"code":"E_USAGE","exit":2,"message":"unknown option \'--wacth\'","hint":"Did you mean --watch?"}}\n' +
      "error: unknown option '--wacth'\nhint: Did you mean --watch?\nexit 2",
  ],
])(
  "%j says what is wrong, and what to do",
  async (args, expected) => {
    await golden(args, expected);
  },
  PATIENT_MS,
);
