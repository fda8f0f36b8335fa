/** A small crowd of real processes, of Starling and of libtorrent, as `starling lab real` makes larger ones. */
import { beforeAll, expect, test } from "vitest";
import { run, scratchFolder } from "../cli/support.ts";
import { requireInstalled } from "./support/prerequisites.ts";

const PEERS = 3;

beforeAll(() => requireInstalled("starling", "libtorrent"));

test("three processes of each get the file from one publisher and from each other", async () => {
  const arguments_ = ["--peers", String(PEERS), "--size", "2M", "--within", "1s", "--json"];
  const { exit, stdout, stderr } = await run(["lab", "real", ...arguments_], scratchFolder());
  console.log(stdout);
  expect(exit, stderr).toBe(0);
  const { ok, rows } = JSON.parse(stdout) as {
    readonly ok: boolean;
    readonly rows: readonly Readonly<Record<string, unknown>>[];
  };

  expect(ok).toBe(true);
  expect(rows.map(({ who }) => who)).toEqual(["starling", "libtorrent", "simulation"]);
  for (const row of rows) {
    expect(row).toMatchObject({ peers: PEERS, finished: PEERS });
    expect(row["completionMs"]).toHaveLength(PEERS);
    expect(row["publisherCopies"]).toBeGreaterThanOrEqual(1);
    expect(row["publisherCopies"]).toBeLessThan(PEERS + 1);
  }
  for (const row of rows.slice(0, 2)) expect(row["processorSeconds"]).toBeGreaterThan(0);
});
