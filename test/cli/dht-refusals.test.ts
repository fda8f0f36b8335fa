/** What a `dht` command says to what it cannot use: one line that names it, at most a hint, and an exit code. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run, scratchFolder } from "./support.ts";

const home = scratchFolder();
mkdirSync(join(home, "folder"));
const HASH = "ab".repeat(20);

const REFUSALS: readonly (readonly [command: readonly string[], exit: number, names: RegExp])[] = [
  [["ping", "nonsense"], 2, /nonsense/],
  [["lookup", "xyz"], 3, /xyz" is not a hash/],
  [["peers", HASH, "--timeout", "soon"], 2, /--timeout: "soon" is not a duration/],
  [["get", "zz"], 2, /"zz" names no item/],
  [["put", "x".repeat(1_200)], 2, /at most 1000 bytes, this one 1205/],
  [["put", "a", "--salt", "s"], 2, /need --key/],
  [["put", "a", "--every", "1s"], 2, /--every: at least a minute/],
  [["put", "a", "--key", "folder"], 2, /--key: folder cannot be used/],
  [["put", "a", "--key", join("nowhere", "key.pem")], 8, /Cannot write the key/],
  [["put", "nothash", "--torrent", "--key", "key.pem"], 3, /"nothash" is not a hash/],
  [["crawl", "--nodes", "0"], 2, /--nodes: "0" is not a number from 1/],
  [["serve", "--limits", "maybe"], 2, /--limits: "maybe" is neither on nor off/],
  [["serve", "--answer-rate", "fast"], 2, /--answer-rate: "fast" is not a size/],
  [["table", "--bootstrap", "not:a:host"], 2, /not:a:host/],
];

test("is one clear line for each of them", async () => {
  const ends = await Promise.all(REFUSALS.map(([command]) => run(["dht", ...command], home)));
  for (const [i, { exit, stderr, stdout }] of ends.entries()) {
    const [command, expected, names] = REFUSALS[i] as (typeof REFUSALS)[number];
    const lines = stderr.trim().split("\n");
    expect([exit, stdout], `${command.join(" ")}: ${stderr}`).toEqual([expected, ""]);
    expect(lines[0]).toMatch(names);
    expect(lines.slice(1).every((line) => line.startsWith("hint: "))).toBe(true);
    expect(lines.length).toBeLessThanOrEqual(2);
  }
});
