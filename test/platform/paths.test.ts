import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { starlingPaths } from "../../src/platform/index.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

let home: TemporaryFolder;
beforeEach(async () => {
  home = await temporaryFolder();
});
afterEach(() => home.remove());

const on = (system: NodeJS.Platform, environment: NodeJS.ProcessEnv = {}) =>
  starlingPaths(environment, system, home.path);

test("on Linux everything has its XDG place", () => {
  expect(on("linux", { XDG_RUNTIME_DIR: "/run/user/1" })).toEqual({
    configFolder: join(home.path, ".config/starling"),
    stateFolder: join(home.path, ".local/state/starling"),
    cacheFolder: join(home.path, ".cache/starling"),
    runtimeFolder: "/run/user/1/starling",
    downloadFolder: join(home.path, "Downloads"),
  });
});

test("XDG variables move it, relative ones are ignored", () => {
  const paths = on("linux", { XDG_STATE_HOME: "/s", XDG_CONFIG_HOME: "relative", XDG_CACHE_HOME: "" });
  expect(paths.stateFolder).toBe("/s/starling");
  expect(paths.configFolder).toBe(join(home.path, ".config/starling"));
  expect(paths.cacheFolder).toBe(join(home.path, ".cache/starling"));
});

test("our own variables win over all others and name the folder itself", () => {
  const paths = on("linux", {
    STARLING_STATE_DIR: "/mine",
    XDG_STATE_HOME: "/s",
    STARLING_DOWNLOAD_DIR: "/d",
    STARLING_CONFIG_DIR: "/c",
    STARLING_CACHE_DIR: "/k",
    STARLING_RUNTIME_DIR: "/r",
  });
  expect(Object.values(paths)).toEqual(["/c", "/mine", "/k", "/r", "/d"]);
});

test("downloads go where the desktop says, in the user's language", async () => {
  await home.place(
    ".config/user-dirs.dirs",
    Buffer.from('# comment\nXDG_DOWNLOAD_DIR="$HOME/Téléchargements"\n'),
  );
  expect(on("linux").downloadFolder).toBe(join(home.path, "Téléchargements"));
  expect(on("linux", { XDG_DOWNLOAD_DIR: "/elsewhere" }).downloadFolder).toBe("/elsewhere");
});

test("macOS and Windows have their own places", () => {
  expect(on("darwin").stateFolder).toBe(join(home.path, "Library/Application Support/starling"));
  expect(on("win32", { LOCALAPPDATA: "/local", APPDATA: "/roaming" })).toMatchObject({
    configFolder: "/roaming/starling",
    stateFolder: "/local/starling",
  });
});
