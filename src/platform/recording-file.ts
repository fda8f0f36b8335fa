/** The file of a recording: new, for its owner's eyes only, and written behind the engine's back. */
import { createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { ClientError } from "../core/errors.ts";

export interface RecordingFile {
  append(bytes: Uint8Array): void;
  /** Resolves when everything is written; what the disk could not take is lost, and is told once. */
  close(): Promise<void>;
}

/**
 * Rejects with PATH_IN_THE_WAY where there is something already, and PATH_NOT_WRITABLE. `onFailure` hears of a disk that takes
 * no more.
 */
export async function createRecordingFile(
  path: string,
  onFailure: (code: string) => void,
): Promise<RecordingFile> {
  const handle = await open(path, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "EEXIST")
      throw new ClientError("PATH_IN_THE_WAY", `${path} is there already`, {
        hint: "A recording begins a new file: choose another name, or remove it.",
      });
    throw new ClientError("PATH_NOT_WRITABLE", `Cannot write to ${path}: ${error.code ?? "unknown error"}`, {
      hint: "Choose another place with --record.",
      cause: error,
    });
  });
  const stream = createWriteStream(path, { fd: handle });
  let hasFailed = false;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (!hasFailed) onFailure(error.code ?? "unknown error");
    hasFailed = true;
  });
  return {
    append: (bytes) => {
      if (!hasFailed) stream.write(bytes);
    },
    close: () =>
      new Promise((resolve) => {
        if (hasFailed) resolve();
        else stream.end(() => resolve());
        stream.once("error", () => resolve());
      }),
  };
}
