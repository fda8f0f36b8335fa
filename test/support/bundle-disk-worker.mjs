// Global set-up of the suites: disk threads start from a JavaScript file, so the disk worker is bundled afresh
// before any test runs, also when one test file is run alone.
import { bundleDiskWorker } from "../../scripts/bundle.mjs";

export default async function setup() {
  await bundleDiskWorker();
}
