/**
 * One process per state folder. The lock is a file that names its holder: process id, and the start of that process, so
 * that an id which was given to another program since does not count. A lock whose holder is gone is taken over.
 */
import { promises as fs, readFileSync } from "node:fs";
import { join } from "node:path";
import { ClientError } from "../core/errors.ts";
import { diskError, isCode } from "./disk-codes.ts";

interface Holder {
  readonly pid: number;
  /** Tells two processes with one id apart; empty where the system does not say. */
  readonly start: string;
}

export interface FolderLock {
  /** Gives the folder free; a second call does nothing. */
  release(): Promise<void>;
}

/** A takeover is lost to another process at most this often before we believe that the folder is in use. */
const MAX_ATTEMPTS = 5;

/** Takes the lock of `folder`, which exists. Rejects with `STATE_LOCKED` while another process, or we, hold it. */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = join(folder, "lock");
  const own = JSON.stringify({ pid: process.pid, start: startOf(process.pid), key: Math.random() });
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    if (await create(path, own)) return { release: () => release(path, own) };
    const text = await fs.readFile(path, "utf8").catch(() => undefined);
    if (text === undefined) continue;
    const holder = parseHolder(text);
    if (holder !== undefined && isAlive(holder)) throw locked(folder, holder.pid);
    await removeStale(path, text);
  }
  throw locked(folder, undefined);
}

/** The process that holds the lock of `folder`; undefined when there is none, or it is gone. */
export async function liveHolder(folder: string): Promise<number | undefined> {
  const text = await fs.readFile(join(folder, "lock"), "utf8").catch(() => undefined);
  const holder = text === undefined ? undefined : parseHolder(text);
  return holder !== undefined && isAlive(holder) ? holder.pid : undefined;
}

/** Appears with its content or not at all: written aside, then linked, which fails when the name is taken. */
async function create(path: string, text: string): Promise<boolean> {
  const aside = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`;
  try {
    await fs.writeFile(aside, text, { mode: 0o600, flag: "wx" });
    await fs.link(aside, path);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    if (isCode(error, "EPERM", "ENOTSUP", "ENOSYS", "EOPNOTSUPP")) return createWithoutLinks(path, text);
    throw diskError(error, path);
  } finally {
    await fs.rm(aside, { force: true }).catch(() => undefined);
  }
}

/** For file systems without hard links. */
async function createWithoutLinks(path: string, text: string): Promise<boolean> {
  try {
    await fs.writeFile(path, text, { mode: 0o600, flag: "wx" });
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw diskError(error, path);
  }
}

/** Moves a stale lock out of the way. If another process was quicker, its fresh lock is put back. */
async function removeStale(path: string, stale: string): Promise<void> {
  const aside = `${path}.stale.${process.pid}.tmp`;
  try {
    await fs.rename(path, aside);
    if ((await fs.readFile(aside, "utf8")) !== stale) await fs.link(aside, path);
  } catch (error) {
    if (!isCode(error, "ENOENT", "EEXIST")) throw diskError(error, path);
  } finally {
    await fs.rm(aside, { force: true }).catch(() => undefined);
  }
}

async function release(path: string, own: string): Promise<void> {
  const text = await fs.readFile(path, "utf8").catch(() => undefined);
  if (text === own) await fs.rm(path, { force: true }).catch(() => undefined);
}

/** Undefined for what no process of ours has written. */
function parseHolder(text: string): Holder | undefined {
  try {
    const { pid, start } = JSON.parse(text) as Partial<Holder>;
    const isHolder = Number.isSafeInteger(pid) && (pid as number) > 0 && typeof start === "string";
    return isHolder ? { pid: pid as number, start } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    if (!isCode(error, "EPERM")) return false;
  }
  return holder.start === "" || holder.start === startOf(holder.pid);
}

/** Linux: this boot, and the process's start since then (proc(5), field 22 of stat). Elsewhere unknown. */
function startOf(pid: number): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold spaces and parentheses; the fields follow the last one.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return `${boot}:${fields[19]}`;
  } catch {
    return "";
  }
}

function locked(folder: string, pid: number | undefined): ClientError {
  const who = pid === undefined ? "Another process" : `Process ${pid}`;
  return new ClientError("STATE_LOCKED", `${who} is using the state folder ${folder}.`, {
    hint: "Use the Starling that is running, stop it, or name another folder with STARLING_STATE_DIR.",
  });
}
