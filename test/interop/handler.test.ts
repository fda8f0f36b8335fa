/** A magnet link clicked on a Linux desktop: `xdg-open` finds our entry, and the link ends up in the engine that runs. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Lab } from "./support/lab.ts";
import { requireInstalled, STARLING_PROGRAM } from "./support/prerequisites.ts";

const HASH = "0123456789abcdef0123456789abcdef01234567";
const MAGNET = `magnet:?xt=urn:btih:${HASH}&dn=lecture%20%22one%22%20$(id)`;

let lab: Lab;
let environment: NodeJS.ProcessEnv;

beforeAll(() => {
  requireInstalled("starling", "xdg-utils");
  lab = new Lab();
  const home = lab.newFolder("home");
  environment = {
    PATH: process.env["PATH"],
    HOME: home,
    XDG_RUNTIME_DIR: lab.newFolder("run"),
    LANG: "C.UTF-8",
    STARLING_LOOPBACK_ONLY: "1",
    // What the engine that a link starts is to be: these are settings like any other.
    STARLING_HOST: lab.newHost(),
    STARLING_PORT: "0",
    STARLING_BOOTSTRAP: "none",
    // xdg-open looks for handlers only where there is a display; nothing is drawn.
    DISPLAY: ":99",
  };
  mkdirSync(join(home, ".config"));
  writeFileSync(mimeApps(), FORMER);
});

afterAll(() => lab?.close());

const FORMER = "[Default Applications]\nx-scheme-handler/magnet=other.desktop\n";
const mimeApps = (): string => join(environment["HOME"] as string, ".config", "mimeapps.list");

function starling(...args: readonly string[]): { readonly exit: number | null; readonly stdout: string } {
  const { status, stdout } = spawnSync(process.execPath, [STARLING_PROGRAM, ...args], {
    env: environment,
    cwd: environment["HOME"],
    encoding: "utf8",
  });
  return { exit: status, stdout };
}

test("a link that is opened by the desktop is in the Starling in the background, and stays there", () => {
  expect(starling("handler", "status").exit).toBe(1);
  expect(starling("handler", "install").exit).toBe(0);
  const asked = execFileSync("xdg-mime", ["query", "default", "x-scheme-handler/magnet"], {
    env: environment,
    encoding: "utf8",
  });
  expect(asked.trim()).toBe("starling.desktop");

  execFileSync("xdg-open", [MAGNET], { env: environment, stdio: "ignore" });
  const { torrents } = JSON.parse(starling("ls", "--json").stdout) as { torrents: readonly object[] };
  expect(torrents).toMatchObject([{ id: HASH, name: 'lecture "one" $(id)' }]);
  expect(starling("status").stdout).toMatch(/^starling runs in the background/);

  // a second link is handed over to the same engine
  execFileSync("xdg-open", [`magnet:?xt=urn:btih:${HASH.replaceAll("0", "f")}`], {
    env: environment,
    stdio: "ignore",
  });
  expect(JSON.parse(starling("ls", "--json").stdout).torrents).toHaveLength(2);
  expect(starling("stop").exit).toBe(0);
});

test("removing the handler restores what was there before", () => {
  expect(starling("handler", "remove").exit).toBe(0);
  expect(readFileSync(mimeApps(), "utf8")).toBe(FORMER);
  expect(
    existsSync(join(environment["HOME"] as string, ".local", "share", "applications", "starling.desktop")),
  ).toBe(false);
});
