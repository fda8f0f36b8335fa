/**
 * Where the socket of an engine is. One engine owns a state folder, so the folder's digest is part of the name: two
 * profiles, and two state folders of one profile, never meet. The path fits into `sun_path`, whatever the folders of the
 * user are called.
 */
import { createHash } from "node:crypto";
import { promises as fs, type Stats } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { ClientError } from "../../core/errors.ts";
import { diskError, isCode } from "../disk-codes.ts";

/** `sun_path` has 108 bytes on Linux, 104 on macOS and the BSDs, with the zero at the end (unix(7), unix(4)). */
const MAX_SOCKET_PATH_BYTES = 103;

/** Hex digits of the state folder's digest: enough for the handful that one user has. */
const FOLDER_DIGITS = 12;

const PIPE_PREFIX = "\\\\.\\pipe\\";

export function isNamedPipe(path: string): boolean {
  return path.startsWith(PIPE_PREFIX);
}

/**
 * The socket of the engine that owns `stateFolder`: in `runtimeFolder`, or where that makes the path too long in
 * `shortFolder`. `profile` is only there to be read by people.
 */
export function engineSocketPath(place: {
  readonly runtimeFolder: string;
  readonly shortFolder: string;
  readonly stateFolder: string;
  readonly profile: string;
  readonly system?: NodeJS.Platform;
}): string {
  const digest = createHash("sha1").update(place.stateFolder).digest("hex").slice(0, FOLDER_DIGITS);
  const name = `${place.profile}-${digest}`;
  if ((place.system ?? process.platform) === "win32")
    return `${PIPE_PREFIX}starling-${userInfo().username}-${name}`;
  const usual = join(place.runtimeFolder, `${name}.sock`);
  return Buffer.byteLength(usual) <= MAX_SOCKET_PATH_BYTES ? usual : join(place.shortFolder, `${name}.sock`);
}

/**
 * Makes sure that nobody but this user decides what is in `folder`: a real folder, ours, and not writable for others;
 * made with mode 0700 where it is to be created. Answers false when it does not exist and is not to be created. Rejects
 * with `PATH_NOT_WRITABLE` when somebody else may write there.
 */
export async function requirePrivateFolder(
  folder: string,
  options: { readonly create: boolean },
): Promise<boolean> {
  try {
    if (options.create) await fs.mkdir(folder, { recursive: true, mode: 0o700 });
    if (!isPrivate(await fs.lstat(folder))) throw notPrivate(folder);
    return true;
  } catch (error) {
    if (error instanceof ClientError) throw error;
    if (!options.create && isCode(error, "ENOENT")) return false;
    throw diskError(error, folder);
  }
}

const WRITABLE_FOR_OTHERS = 0o022;

function isPrivate(found: Stats): boolean {
  const uid = process.getuid?.();
  if (uid === undefined) return found.isDirectory();
  return found.isDirectory() && found.uid === uid && (found.mode & WRITABLE_FOR_OTHERS) === 0;
}

function notPrivate(folder: string): ClientError {
  return new ClientError("PATH_NOT_WRITABLE", `${folder} is not a folder that only this user may write to.`, {
    hint: "Change its permissions, or name another folder with STARLING_RUNTIME_DIR.",
  });
}
