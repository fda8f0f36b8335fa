/** The desktop entry of freedesktop.org (Desktop Entry Specification 1.5) that starts us with a link. */
import type { LaunchCommand } from "./handler.ts";

export const DESKTOP_FILE = "starling.desktop";
export const MAGNET_TYPE = "x-scheme-handler/magnet";
export const HANDLED_TYPES: readonly string[] = [MAGNET_TYPE, "application/x-bittorrent"];

export function desktopEntry(command: LaunchCommand): string {
  return `[Desktop Entry]
Type=Application
Version=1.5
Name=Starling
GenericName=BitTorrent client
Comment=Opens magnet links without any tracker
Exec=${[command.program, ...command.args].map(execArgument).join(" ")} %u
Terminal=false
NoDisplay=true
Categories=Network;FileTransfer;P2P;
MimeType=${HANDLED_TYPES.join(";")};
`;
}

/** The program that an entry of ours starts; undefined where the entry was not written by `desktopEntry`. */
export function programOfEntry(entry: string): string | undefined {
  const [, quoted, plain] = /^Exec=(?:"((?:[^"\\]|\\\\(?:\\\\|.))*)"|([^\s"]+))/m.exec(entry) ?? [];
  const unquoted = quoted?.replace(/\\\\(\\\\|.)/g, (_, escaped: string) => escaped.slice(-1));
  return (unquoted ?? plain)?.replaceAll("%%", "%");
}

/**
 * One argument of `Exec`, in quotes only where it needs them: `xdg-open` on its own does not read quotes. The key is a
 * string, in which a backslash is written twice, on top of the quoting rule that puts one before `"`, `` ` ``, `$` and
 * `\`. A percent sign would begin a field code.
 */
function execArgument(argument: string): string {
  if (/^[\w/.:=@,+-]+$/.test(argument)) return argument;
  const escaped = argument
    .replace(/["`$\\]/g, "\\$&")
    .replaceAll("\\", "\\\\")
    .replaceAll("%", "%%");
  return `"${escaped}"`;
}
