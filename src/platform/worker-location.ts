/** Where the disk worker's JavaScript lies, as seen from this module in each way it is shipped. */
import { existsSync } from "node:fs";

/**
 * Beside us in the bundled program (`dist/cli`) and in the library (`dist/lib/platform`); from the TypeScript sources,
 * which a thread cannot start from, the bundled one is taken.
 */
const PLACES = ["./disk-worker.js", "../../dist/cli/disk-worker.js"];

export function diskWorkerUrl(): URL {
  const urls = PLACES.map((place) => new URL(place, import.meta.url));
  const found = urls.find((url) => existsSync(url));
  if (found === undefined) throw new Error(`The disk worker is not built: run "npm run bundle" first.`);
  return found;
}
