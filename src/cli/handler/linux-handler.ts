/** Magnet links on Linux desktops: a desktop entry, and the user's `mimeapps.list` that names it. */
import { access, rm } from "node:fs/promises";
import { join } from "node:path";
import { readIfThere, writeWhole } from "../files/write-whole.ts";
import { DESKTOP_FILE, desktopEntry, HANDLED_TYPES, MAGNET_TYPE, programOfEntry } from "./desktop-entry.ts";
import type { Handler, HandlerStatus, LaunchCommand } from "./handler.ts";
import { defaultOf, withDefault } from "./mime-apps.ts";
import type { RunTool } from "./run-tool.ts";

export interface LinuxPlaces {
  /** `$XDG_DATA_HOME/applications`. */
  readonly applications: string;
  /** `$XDG_CONFIG_HOME/mimeapps.list`. */
  readonly mimeApps: string;
  /** Where we note what opened magnet links before. */
  readonly memory: string;
}

/** What the defaults were before us, by type; null = there was none. */
type Former = Readonly<Record<string, string | null>>;

export class LinuxHandler implements Handler {
  readonly #places: LinuxPlaces;
  readonly #command: LaunchCommand;
  readonly #run: RunTool;
  readonly #entryPath: string;

  constructor(places: LinuxPlaces, command: LaunchCommand, run: RunTool) {
    this.#run = run;
    this.#places = places;
    this.#command = command;
    this.#entryPath = join(places.applications, DESKTOP_FILE);
  }

  async install(): Promise<void> {
    await writeWhole(this.#entryPath, desktopEntry(this.#command));
    const list = await readIfThere(this.#places.mimeApps);
    const former = await this.#former();
    // Noted before anything changes, and never over: a second installation would note ourselves.
    const noted = { ...former, ...currentDefaults(list) };
    await writeWhole(this.#places.memory, `${JSON.stringify(noted, null, 2)}\n`);
    let changed = list;
    for (const type of HANDLED_TYPES) changed = withDefault(changed, type, DESKTOP_FILE);
    if (changed !== list) await writeWhole(this.#places.mimeApps, changed);
    await this.#refreshDesktop();
  }

  async remove(): Promise<void> {
    const list = await readIfThere(this.#places.mimeApps);
    const former = await this.#former();
    let restored = list;
    for (const type of HANDLED_TYPES) {
      if (defaultOf(list, type) === DESKTOP_FILE)
        restored = withDefault(restored, type, former[type] ?? undefined);
    }
    if (restored === "") await rm(this.#places.mimeApps, { force: true });
    else if (restored !== list) await writeWhole(this.#places.mimeApps, restored);
    await rm(this.#entryPath, { force: true });
    await rm(this.#places.memory, { force: true });
    await this.#refreshDesktop();
  }

  async status(): Promise<HandlerStatus> {
    const entry = await readIfThere(this.#entryPath);
    const program = programOfEntry(entry);
    const startsSomething = program !== undefined && (await exists(program));
    const opensMagnets = defaultOf(await readIfThere(this.#places.mimeApps), MAGNET_TYPE) ?? null;
    return {
      isInstalled: startsSomething,
      isDefault: startsSomething && opensMagnets === DESKTOP_FILE,
      opensMagnets,
      evidence: [
        entry === ""
          ? `${this.#entryPath} is not there`
          : `${this.#entryPath} starts ${program ?? "nothing"}`,
        ...(program !== undefined && !startsSomething
          ? [`${program} is not there any more: install again`]
          : []),
        `${this.#places.mimeApps} opens magnet links with ${opensMagnets ?? "nothing of its own"}`,
      ],
    };
  }

  /** The cache of entries, where a desktop keeps one; without this tool it has none. */
  async #refreshDesktop(): Promise<void> {
    await this.#run("update-desktop-database", ["-q", this.#places.applications]);
  }

  async #former(): Promise<Former> {
    try {
      return JSON.parse(await readIfThere(this.#places.memory)) as Former;
    } catch {
      return {};
    }
  }
}

/** Defaults that are somebody else's. */
function currentDefaults(list: string): Former {
  const found = HANDLED_TYPES.map((type) => [type, defaultOf(list, type) ?? null] as const);
  return Object.fromEntries(found.filter(([, value]) => value !== DESKTOP_FILE));
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
