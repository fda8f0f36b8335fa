/**
 * Where Starling keeps things: the XDG base directories, the usual places on macOS and Windows, and `STARLING_…`
 * variables over both. Nothing is created here.
 */
import { readFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";

export interface StarlingPaths {
  /** `config.toml`. STARLING_CONFIG_DIR. */
  readonly configFolder: string;
  /** Records: resume data, metadata, session list, DHT table. STARLING_STATE_DIR. */
  readonly stateFolder: string;
  /** What can be made again. STARLING_CACHE_DIR. */
  readonly cacheFolder: string;
  /** Sockets; gone after a restart. STARLING_RUNTIME_DIR. */
  readonly runtimeFolder: string;
  /** Where downloads go unless a folder is named. STARLING_DOWNLOAD_DIR. */
  readonly downloadFolder: string;
}

const NAME = "starling";

export function starlingPaths(
  environment: NodeJS.ProcessEnv = process.env,
  system: NodeJS.Platform = process.platform,
  home: string = homedir(),
): StarlingPaths {
  const base = baseFolders(environment, system, home);
  const choose = (variable: string, usual: string) => absolute(environment[variable]) ?? usual;
  return {
    configFolder: choose("STARLING_CONFIG_DIR", join(base.config, NAME)),
    stateFolder: choose("STARLING_STATE_DIR", join(base.state, NAME)),
    cacheFolder: choose("STARLING_CACHE_DIR", join(base.cache, NAME)),
    runtimeFolder: choose("STARLING_RUNTIME_DIR", base.runtime),
    downloadFolder: choose("STARLING_DOWNLOAD_DIR", base.downloads),
  };
}

interface BaseFolders {
  readonly config: string;
  readonly state: string;
  readonly cache: string;
  /** Ours already: below the temporary directory, which is everybody's, the user's id must be in the name. */
  readonly runtime: string;
  readonly downloads: string;
}

function baseFolders(environment: NodeJS.ProcessEnv, system: NodeJS.Platform, home: string): BaseFolders {
  const downloads = join(home, "Downloads");
  if (system === "darwin") {
    const support = join(home, "Library", "Application Support");
    const cache = join(home, "Library", "Caches");
    return { config: support, state: support, cache, runtime: join(tmpdir(), NAME), downloads };
  }
  if (system === "win32") {
    const roaming = absolute(environment["APPDATA"]) ?? join(home, "AppData", "Roaming");
    const local = absolute(environment["LOCALAPPDATA"]) ?? join(home, "AppData", "Local");
    return { config: roaming, state: local, cache: local, runtime: join(local, NAME), downloads };
  }
  const runtime = absolute(environment["XDG_RUNTIME_DIR"]);
  const config = absolute(environment["XDG_CONFIG_HOME"]) ?? join(home, ".config");
  return {
    config,
    state: absolute(environment["XDG_STATE_HOME"]) ?? join(home, ".local", "state"),
    cache: absolute(environment["XDG_CACHE_HOME"]) ?? join(home, ".cache"),
    runtime: runtime === undefined ? sharedTemporaryFolder(tmpdir()) : join(runtime, NAME),
    downloads: userDownloads(environment, config, home) ?? downloads,
  };
}

/** The folder of this user's in a temporary directory that all users share. */
export function sharedTemporaryFolder(temporary: string): string {
  return join(temporary, `${NAME}-${process.getuid?.() ?? 0}`);
}

/** The XDG specification: relative paths in these variables are invalid and ignored. */
function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}

/** What the desktop calls the download folder, in the user's language (xdg-user-dirs). */
function userDownloads(environment: NodeJS.ProcessEnv, config: string, home: string): string | undefined {
  const fromEnvironment = absolute(environment["XDG_DOWNLOAD_DIR"]);
  if (fromEnvironment !== undefined) return fromEnvironment;
  try {
    const text = readFileSync(join(config, "user-dirs.dirs"), "utf8");
    const value = /^XDG_DOWNLOAD_DIR="(.*)"$/m.exec(text)?.[1];
    return absolute(value?.replace(/^\$HOME(?=\/|$)/, home));
  } catch {
    return undefined;
  }
}
