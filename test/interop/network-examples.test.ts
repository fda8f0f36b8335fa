/** The networks of docs/private-networks.md, as the scripts in examples/ play them: a company's, a LAN party's, one of build machines. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Lab } from "./support/lab.ts";
import { requireInstalled, STARLING_PROGRAM } from "./support/prerequisites.ts";

const EXAMPLES = join(import.meta.dirname, "../../examples");
const PATIENT_MS = 120_000;

let lab: Lab;

beforeEach(() => {
  requireInstalled("starling");
  lab = new Lab();
});

afterEach(() => lab.close());

/** What the script says; rejects when it fails, or takes too long. */
async function play(script: string): Promise<string> {
  const address = lab.newHost().split(".").slice(0, 3).join(".");
  const env = { ...process.env, STARLING: `${process.execPath} ${STARLING_PROGRAM}`, ADDRESS: address };
  const { stdout, stderr } = await promisify(execFile)("sh", [join(EXAMPLES, script)], {
    env: { ...env, TMPDIR: lab.folder },
    timeout: PATIENT_MS,
  });
  return stdout + stderr;
}

test("a company's network: one of two bootstrap nodes dies, a newcomer gets the file, and doctor says which", async () => {
  const said = await play("company-network.sh");
  expect(said).toContain("took 488 KiB");
  expect(said).toMatch(/✗ bootstrap node +nobody listens on UDP \S+\.1:7000/);
  expect(said).toMatch(/✓ bootstrap node +\S+\.2:7000 answered/);
});

test("a LAN party's: no bootstrap node, and the third takes from the first two", async () => {
  expect(await play("lan-party.sh")).toContain("took 1.9 MiB");
});

test("one of build machines: three jobs take an artefact and give it on", async () => {
  expect(await play("ci-artefacts.sh")).toContain("jobs that test");
});
