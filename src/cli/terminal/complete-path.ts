/** Completes a path as a shell's tab key does. */
import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";

/** `~/` at the beginning stands for the user's own folder. */
export function expandHome(path: string): string {
  return path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : path;
}

/** `path`, going on as far as all names that begin like it agree; a folder that is the only one ends in `/`. */
export async function completePath(path: string): Promise<string> {
  const isFolder = path === "" || path.endsWith("/");
  const folder = isFolder ? expandHome(path === "" ? "." : path) : dirname(expandHome(path));
  const begun = isFolder ? "" : basename(path);
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = entries.filter(
    ({ name }) => name.startsWith(begun) && (begun !== "" || !name.startsWith(".")),
  );
  const [first] = found;
  if (first === undefined) return path;
  let length = first.name.length;
  for (const { name } of found) while (!name.startsWith(first.name.slice(0, length))) length--;
  const end = found.length === 1 && first.isDirectory() ? "/" : "";
  return path.slice(0, path.length - begun.length) + first.name.slice(0, length) + end;
}
