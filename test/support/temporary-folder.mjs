/** Gives a run of tests a temporary folder of its own, and takes it away with all that tests left in it. */
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Workers and the programs that tests start inherit `TMPDIR`. */
export default function giveTemporaryFolder() {
  const before = process.env.TMPDIR;
  const folder = mkdtempSync(join(tmpdir(), "starling-run-"));
  // Some tests run programs as another user.
  chmodSync(folder, 0o755);
  process.env.TMPDIR = folder;
  return () => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    rmSync(folder, { recursive: true, force: true });
  };
}
