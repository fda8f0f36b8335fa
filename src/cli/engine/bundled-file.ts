/** Where the bundler put a worker's entry: beside the command, also when this file runs from a shared chunk. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export function bundledFile(name: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let up = 0; up < 4; up++) {
    for (const candidate of [join(folder, name), join(folder, "dist", "cli", name)]) {
      if (existsSync(candidate)) return candidate;
    }
    folder = dirname(folder);
  }
  throw new Error(`${name} is not built: run npm run bundle`);
}
