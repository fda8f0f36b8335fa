/** Checks of our folders: can they be written, is there space. */
import { access, constants, mkdtemp, rm, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { starlingPaths } from "../../platform/index.ts";
import { bytesText } from "../output/quantity-text.ts";
import { broken, type Check, fine, warning } from "./check.ts";

/** Less than this is gone with the next torrent. */
const LITTLE_SPACE_BYTES = 2 ** 30;

export async function folderChecks(): Promise<readonly Check[]> {
  const { stateFolder, configFolder, runtimeFolder, downloadFolder } = starlingPaths();
  return [
    await writableCheck("state folder", stateFolder, "STARLING_STATE_DIR"),
    await writableCheck("configuration folder", configFolder, "STARLING_CONFIG_DIR"),
    await writableCheck("runtime folder", runtimeFolder, "STARLING_RUNTIME_DIR"),
    await writableCheck("download folder", downloadFolder, "STARLING_DOWNLOAD_DIR"),
    await spaceCheck(downloadFolder),
  ];
}

/** The folder, or where it would be made. Writes and takes away a folder of its own, which also finds full disks. */
async function writableCheck(name: string, folder: string, variable: string): Promise<Check> {
  const existing = await nearestExisting(folder);
  const where = existing === folder ? folder : `${folder} (not made yet)`;
  try {
    const probe = await mkdtemp(join(existing, ".starling-doctor-"));
    await rm(probe, { recursive: true });
    return fine(name, `${where} can be written`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return broken(
      name,
      `${where} cannot be written: ${code}`,
      `Change its permissions, or set ${variable} to another.`,
    );
  }
}

async function spaceCheck(folder: string): Promise<Check> {
  const { bavail, bsize } = await statfs(await nearestExisting(folder));
  const evidence = `${bytesText(bavail * bsize)} free for ${folder}`;
  return bavail * bsize >= LITTLE_SPACE_BYTES
    ? fine("space", evidence)
    : warning("space", evidence, "Free some space, or choose another folder with -o.");
}

async function nearestExisting(folder: string): Promise<string> {
  let candidate = folder;
  while (dirname(candidate) !== candidate) {
    const isThere = await access(candidate, constants.F_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return candidate;
    candidate = dirname(candidate);
  }
  return candidate;
}
