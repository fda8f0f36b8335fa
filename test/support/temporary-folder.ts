/** Folders that tests may fill; each is deleted with everything in it when it is no longer needed. */
import { promises as fs } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface TemporaryFolder {
  /** Absolute, real path. */
  readonly path: string;
  /** Content of a file below the folder; undefined when absent. */
  read(path: string): Promise<Uint8Array | undefined>;
  place(path: string, bytes: Uint8Array): Promise<void>;
  remove(): Promise<void>;
}

export async function temporaryFolder(): Promise<TemporaryFolder> {
  const path = await fs.realpath(await fs.mkdtemp(join(tmpdir(), "starling-test-")));
  return {
    path,
    read: (name) =>
      fs.readFile(join(path, name)).then(
        (bytes) => new Uint8Array(bytes),
        () => undefined,
      ),
    place: async (name, bytes) => {
      await fs.mkdir(dirname(join(path, name)), { recursive: true });
      await fs.writeFile(join(path, name), bytes);
    },
    remove: () => fs.rm(path, { recursive: true, force: true }),
  };
}
