/** Watch folders as they are typed: `FOLDER`, `FOLDER->SAVE_TO`, each with `#label`s behind, with commas between them. */
import { resolve } from "node:path";
import { ClientError } from "../../core/errors.ts";
import type { WatchFolder } from "../../session/session-view.ts";
import { isNone } from "./key-values.ts";

/** `none` is no folder. Relative ones are below the folder that the command runs in. Throws USAGE. */
export function parseWatchFolders(text: string, key: string): readonly WatchFolder[] {
  return isNone(text) ? [] : text.split(",").map((one) => parseWatchFolder(one, key));
}

export function watchFoldersText(folders: readonly WatchFolder[]): string {
  if (folders.length === 0) return "none";
  const text = ({ folder, saveTo, labels }: WatchFolder): string =>
    [saveTo === null ? folder : `${folder}->${saveTo}`, ...labels].join("#");
  return folders.map(text).join(",");
}

function parseWatchFolder(text: string, key: string): WatchFolder {
  const [places = "", ...labels] = text.split("#");
  const [folder = "", saveTo, ...more] = places.split("->");
  if (folder === "" || saveTo === "" || more.length > 0)
    throw new ClientError("USAGE", `${key}: "${text}" is not a watch folder`, {
      hint: "Use FOLDER, or FOLDER->SAVE_TO where the content is to go elsewhere.",
    });
  return { folder: resolve(folder), saveTo: saveTo === undefined ? null : resolve(saveTo), labels };
}
