import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { utf8Bytes } from "../../src/core/bytes.ts";
import { lookInHostsFile } from "../../src/platform/hosts-file.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

const HOSTS = `# hosts
127.0.0.1\tlocalhost
192.0.2.7   Router.Example router   # two names
2001:db8::7 router.example
not-an-address router.example
# 192.0.2.9 router.example
`;

test.each([
  ["router.example", ["192.0.2.7", "2001:db8::7"]],
  ["ROUTER.example.", ["192.0.2.7", "2001:db8::7"]],
  ["router", ["192.0.2.7"]],
  ["example", []],
  ["#", []],
])("%s has the addresses %j", async (host, addresses) => {
  await folder.place("hosts", utf8Bytes(HOSTS));
  expect(await lookInHostsFile(host, join(folder.path, "hosts"))).toEqual(addresses);
});

test("a file that is absent names nobody", async () => {
  expect(await lookInHostsFile("router.example", join(folder.path, "hosts"))).toEqual([]);
});
