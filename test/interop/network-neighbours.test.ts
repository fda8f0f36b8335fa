/** Members of a private network on a local network that speaks IPv6 alone, in a namespace that has no way out. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TRANSFER_TIMEOUT_MS } from "./support/clients.ts";
import { digestsIn, digestsOf, KIB, writeTree } from "./support/content.ts";
import { CutOffNetwork } from "./support/cut-off-network.ts";
import { Lab } from "./support/lab.ts";
import { requireInstalled } from "./support/prerequisites.ts";
import { runStarling, Starling } from "./support/starling.ts";

const lan = new CutOffNetwork("neighbours");
const { inside } = lan;

let lab: Lab;

beforeEach(() => {
  requireInstalled("starling", "network namespaces");
  lab = new Lab();
  lan.up();
});

afterEach(async () => {
  await lab?.close();
  lan.down();
});

test("over IPv6, members of a sealed network find each other without a bootstrap node", async () => {
  const [ours, theirs] = ["fd77::1", "fd77::2"];
  for (const host of [ours, theirs, "fd77::3"]) lan.addAddress(host, 64);
  lan.ip("route", "add", "ff15::/16", "dev", "lan");
  const [maker, guest] = [lab.newFolder("home"), lab.newFolder("home")];
  const made = await runStarling(lab, ["network", "create", "party"], { home: maker });
  const joinFile = join(lab.newFolder("join"), "party.join");
  writeFileSync(joinFile, made.stdout.join("\n"));
  await runStarling(lab, ["network", "join", joinFile], { home: guest });
  const content = writeTree(join(lab.newFolder("content"), "near"), { "a.bin": 300 * KIB }, "party");
  const at = (home: string) => ({ home, prefix: inside, env: { STARLING_LOOPBACK_ONLY: undefined } });
  const sharer = Starling.start(lab, ["share", content, "--network", "party", "--host", ours], at(maker));
  const magnet = (await sharer.waitForLine(/^magnet:/, TRANSFER_TIMEOUT_MS)).text;
  const copy = lab.newFolder("copy");
  const get = ["get", magnet, "--network", "party", "--host", theirs, "-o", copy];
  await Starling.start(lab, get, at(guest)).waitForSuccess(TRANSFER_TIMEOUT_MS);
  expect(digestsIn(copy)).toEqual(digestsOf(content));
});
