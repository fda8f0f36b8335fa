/** Private networks on a terminal: the key is typed or pasted unseen, and the dashboard says which network it is in. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { encodeJoinString } from "../../../src/cli/network/join-string.ts";
import { Screen } from "../screen.ts";
import { scratchFolder } from "../support.ts";

const PATIENT_MS = 60_000;
const JOIN_STRING = encodeJoinString({
  name: "lab",
  idHex: "00112233445566ff",
  mode: "sealed",
  bootstrap: [],
  keys: [{ hex: "ab".repeat(32), fromUnixMs: 0 }],
});

test(
  "a join string is asked for and not shown, and the dashboard of the network says where it is",
  async () => {
    const home = scratchFolder();
    const joining = new Screen(["network", "join"], home);
    await joining.shows(/Join string/);
    joining.pty.write(`oops\x15x\x7f${JOIN_STRING}\r`);
    expect(await joining.exited).toBe(0);
    expect(joining.bytes).toContain("joined lab (sealed, bootstrap nodes: none)");
    expect(joining.bytes).not.toContain(JOIN_STRING.slice(0, 20));
    const kept = readFileSync(join(home, ".local/state/starling/networks/lab/network"), "utf8");
    expect(kept.trim()).toBe(JOIN_STRING);

    const dashboard = new Screen(["--network", "lab", "--host", "127.0.0.1", "--port", "0"], home);
    await dashboard.shows(/starling +lab /);
    await dashboard.shows(/The join string of lab names no bootstrap node/);
    dashboard.pty.write("d");
    await dashboard.shows(/DHT +lab, sealed/);
    dashboard.pty.write("\x03\x03");
    await dashboard.exited;
  },
  PATIENT_MS,
);

test(
  "who calls the question off has joined nothing, and the terminal is as before",
  async () => {
    const joining = new Screen(["network", "join", "-"], scratchFolder());
    await joining.shows(/Join string/);
    joining.pty.write("starling-sealed\x03");
    expect(await joining.exited).toBe(2);
    expect(joining.bytes).toContain("Nothing was entered");
  },
  PATIENT_MS,
);
