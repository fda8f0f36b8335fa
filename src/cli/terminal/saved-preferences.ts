/** How the user left the dashboard, in a small file of the state folder. Losing it loses nothing. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

export function loadPreferences(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    // The first start, or a file that somebody else wrote: as if nothing had been chosen.
    return undefined;
  }
}

export function savePreferences(path: string, preferences: unknown): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${JSON.stringify(preferences)}\n`);
  } catch {
    // A state folder that cannot be written is said where it matters: by the engine.
  }
}
