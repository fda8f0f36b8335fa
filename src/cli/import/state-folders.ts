/** Where other programs keep their state when nobody moved it. */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { ClientError } from "../../core/errors.ts";

export type ForeignProgram = "qbittorrent" | "transmission" | "rtorrent";

/** The folder of `program` on this machine. Throws PATH_NOT_FOUND where it is at none of the usual places. */
export function stateFolderOf(program: ForeignProgram): string {
  const candidates = usualFolders(program);
  // Where qBittorrent uses a database its folder of files may be gone; its reader says so.
  const found = candidates.find(
    (folder) => existsSync(folder) || existsSync(join(folder, "..", "torrents.db")),
  );
  if (found !== undefined) return found;
  throw new ClientError("PATH_NOT_FOUND", `The state of ${program} is at none of the usual places`, {
    hint: `Name its folder: starling import ${program} FOLDER`,
  });
}

function usualFolders(program: ForeignProgram, home: string = homedir()): readonly string[] {
  const data = process.env["XDG_DATA_HOME"] ?? join(home, ".local", "share");
  const config = process.env["XDG_CONFIG_HOME"] ?? join(home, ".config");
  const support = join(home, "Library", "Application Support");
  const local = process.env["LOCALAPPDATA"] ?? join(home, "AppData", "Local");
  switch (program) {
    case "qbittorrent":
      return [
        join(data, "qBittorrent", "BT_backup"),
        join(data, "data", "qBittorrent", "BT_backup"),
        join(home, ".var/app/org.qbittorrent.qBittorrent/data/qBittorrent/BT_backup"),
        join(support, "qBittorrent", "BT_backup"),
        join(local, "qBittorrent", "BT_backup"),
      ];
    case "transmission":
      return [
        join(config, "transmission"),
        join(config, "transmission-daemon"),
        join(home, ".var/app/com.transmissionbt.Transmission/config/transmission"),
        join(support, "Transmission"),
        join(local, "transmission-daemon"),
        "/var/lib/transmission-daemon/.config/transmission-daemon",
      ];
    case "rtorrent":
      return [
        ...sessionPathOf(join(home, ".rtorrent.rc")),
        ...sessionPathOf(join(config, "rtorrent", "rtorrent.rc")),
      ];
  }
}

/** rtorrent has no usual place: its configuration names it, under its old or its new name. */
function sessionPathOf(rcFile: string): readonly string[] {
  try {
    const text = readFileSync(rcFile, "utf8");
    const path = /^\s*(?:session\.path\.set|session)\s*=\s*"?([^"#\n]+?)"?\s*$/m.exec(text)?.[1];
    return path === undefined ? [] : [path.replace(/^~(?=\/|$)/, homedir())];
  } catch {
    return [];
  }
}
