/**
 * The programs that the suite talks to, and the sentence that says how to get one that is missing. A missing peer is
 * a failure everywhere: no test of this suite is skipped.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

export const REPOSITORY = join(import.meta.dirname, "..", "..", "..");
/** The bundled program under test. */
export const STARLING_PROGRAM = join(REPOSITORY, "dist", "cli", "main.js");
/** Debian's own interpreter: python3-libtorrent is a module of no other. */
export const PYTHON = "/usr/bin/python3";
export const PEER_SCRIPTS = join(REPOSITORY, "test", "interop", "peers");
export const PEER_MODULES = join(REPOSITORY, ".interop", "peers", "node_modules");

const INSTALL = "run `scripts/interop-setup.sh` as root";

const SUCCEEDS = (program: string, ...args: string[]): boolean => {
  try {
    execFileSync(program, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

/** Name -> whether it is there, and the command that puts it there. */
const PREREQUISITES = {
  starling: { isThere: () => existsSync(STARLING_PROGRAM), remedy: "run `npm run bundle`" },
  libtorrent: { isThere: () => SUCCEEDS(PYTHON, "-c", "import libtorrent"), remedy: INSTALL },
  aria2: { isThere: () => SUCCEEDS("aria2c", "--version"), remedy: INSTALL },
  webtorrent: { isThere: () => existsSync(join(PEER_MODULES, "webtorrent")), remedy: INSTALL },
  "bittorrent-dht": { isThere: () => existsSync(join(PEER_MODULES, "bittorrent-dht")), remedy: INSTALL },
  "webtorrent-fixtures": {
    isThere: () => existsSync(join(PEER_MODULES, "webtorrent-fixtures")),
    remedy: INSTALL,
  },
  qbittorrent: { isThere: () => SUCCEEDS("qbittorrent-nox", "--version"), remedy: INSTALL },
  transmission: {
    isThere: () =>
      SUCCEEDS("transmission-daemon", "--version") && SUCCEEDS("transmission-remote", "--version"),
    remedy: INSTALL,
  },
  rtorrent: { isThere: () => SUCCEEDS("rtorrent", "-h"), remedy: INSTALL },
  "xdg-utils": { isThere: () => SUCCEEDS("xdg-mime", "--version"), remedy: INSTALL },
  zsh: { isThere: () => SUCCEEDS("zsh", "--version"), remedy: INSTALL },
  fish: { isThere: () => SUCCEEDS("fish", "--version"), remedy: INSTALL },
  nftables: { isThere: () => SUCCEEDS("nft", "--version"), remedy: INSTALL },
  tmux: { isThere: () => SUCCEEDS("tmux", "-V"), remedy: INSTALL },
  "network namespaces": {
    isThere: () => SUCCEEDS("unshare", "--net", "ip", "link", "show"),
    remedy: `needs root (CAP_SYS_ADMIN) and iproute2: ${INSTALL}`,
  },
} as const;

export type Prerequisite = keyof typeof PREREQUISITES;

export const ALL_PREREQUISITES = Object.keys(PREREQUISITES) as readonly Prerequisite[];

/** Undefined when it is there, else one line: what is missing and what to do. */
export function whatIsMissing(name: Prerequisite): string | undefined {
  const { isThere, remedy } = PREREQUISITES[name];
  return isThere() ? undefined : `${name} is not installed: ${remedy}`;
}

/** Throws, in one line, when a program that a test file needs is not there. */
export function requireInstalled(...names: readonly Prerequisite[]): void {
  const missing = names.map(whatIsMissing).filter((line) => line !== undefined);
  if (missing.length > 0) throw new Error(missing.join("; "));
}
