/** Where Starling keeps what it remembers: `STARLING_STATE_DIR`, else the XDG state folder. */
import { homedir } from "node:os";
import { join } from "node:path";

export function stateFolder(part: string): string {
  const own = process.env["STARLING_STATE_DIR"];
  if (own !== undefined && own !== "") return join(own, part);
  const xdg = process.env["XDG_STATE_HOME"];
  const base = xdg?.startsWith("/") ? xdg : join(homedir(), ".local", "state");
  return join(base, "starling", part);
}
