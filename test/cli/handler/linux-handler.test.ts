import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { desktopEntry, programOfEntry } from "../../../src/cli/handler/desktop-entry.ts";
import { LinuxHandler } from "../../../src/cli/handler/linux-handler.ts";
import { defaultOf, withDefault } from "../../../src/cli/handler/mime-apps.ts";
import { scratchFolder } from "../support.ts";

const MAGNET = "x-scheme-handler/magnet";
const FORMER = `[Added Associations]
text/plain=editor.desktop;

[Default Applications]
${MAGNET}=other.desktop
text/html=browser.desktop
`;

function desktop(list?: string) {
  const folder = scratchFolder();
  const places = {
    applications: join(folder, "share", "applications"),
    mimeApps: join(folder, "config", "mimeapps.list"),
    memory: join(folder, "state", "handler.json"),
  };
  mkdirSync(join(folder, "config"));
  if (list !== undefined) writeFileSync(places.mimeApps, list);
  const tools: string[] = [];
  const command = { program: process.execPath, args: ["/opt/my starling/main.js", "open"] };
  const handler = new LinuxHandler(places, command, async (program) => {
    tools.push(program);
    return { exit: 0, stdout: "" };
  });
  const list_ = (): string | undefined =>
    existsSync(places.mimeApps) ? readFileSync(places.mimeApps, "utf8") : undefined;
  return { handler, places, tools, list: list_ };
}

describe("the handler of a Linux desktop", () => {
  test("is the default after installing, and says so", async () => {
    const { handler, places, tools, list } = desktop(FORMER);
    expect(await handler.status()).toMatchObject({ isInstalled: false, isDefault: false });
    await handler.install();
    expect(await handler.status()).toMatchObject({ isInstalled: true, isDefault: true });
    expect(defaultOf(list() ?? "", MAGNET)).toBe("starling.desktop");
    expect(readFileSync(join(places.applications, "starling.desktop"), "utf8")).toContain(
      `Exec=${process.execPath} "/opt/my starling/main.js" open %u`,
    );
    expect(tools).toEqual(["update-desktop-database"]);
  });

  test("leaves everything as it was when it is removed, however often it was installed", async () => {
    const { handler, places, list } = desktop(FORMER);
    await handler.install();
    await handler.install();
    await handler.remove();
    expect(list()).toBe(FORMER);
    expect(readdirSync(places.applications)).toEqual([]);
    expect(existsSync(places.memory)).toBe(false);
    await handler.remove();
    expect(list()).toBe(FORMER);
  });

  test("leaves no file behind where there was none", async () => {
    const { handler, list } = desktop();
    await handler.install();
    await handler.remove();
    expect(list()).toBeUndefined();
  });

  test("does not undo what the user chose since", async () => {
    const { handler, places, list } = desktop(FORMER);
    await handler.install();
    const chosen = withDefault(list() ?? "", MAGNET, "third.desktop");
    writeFileSync(places.mimeApps, chosen);
    await handler.remove();
    expect(defaultOf(list() ?? "", MAGNET)).toBe("third.desktop");
    expect(defaultOf(list() ?? "", "application/x-bittorrent")).toBeUndefined();
  });

  test("says when what it starts is gone", async () => {
    const { handler, places } = desktop(FORMER);
    await handler.install();
    const entry = join(places.applications, "starling.desktop");
    writeFileSync(entry, readFileSync(entry, "utf8").replace(process.execPath, "/no/such/node"));
    const status = await handler.status();
    expect(status).toMatchObject({ isInstalled: false, isDefault: false });
    expect(status.evidence.join("\n")).toContain("/no/such/node is not there any more");
    rmSync(entry);
  });
});

test("whatever the program is called, the entry names it so that it is read back", () => {
  const path = fc.string({ unit: "grapheme-ascii" }).map((name) => `/${name}`);
  fc.assert(
    fc.property(path, (program) => {
      expect(programOfEntry(desktopEntry({ program, args: ["open"] }))).toBe(program);
    }),
  );
});

test("a default that is set and taken away leaves the list as it was", () => {
  const lists = [FORMER, "", "[Default Applications]\ntext/html=browser.desktop\n", "[Other]\na=b\n"];
  for (const list of lists) {
    const set = withDefault(list, "x-scheme-handler/other", "some.desktop");
    expect(defaultOf(set, "x-scheme-handler/other")).toBe("some.desktop");
    expect(withDefault(set, "x-scheme-handler/other", undefined)).toBe(list);
  }
});
