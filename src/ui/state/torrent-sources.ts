/**
 * Finds what can be added in text that a user typed, pasted or dropped: magnet links, bare info-hashes and paths of
 * `.torrent` files, several at once. This only recognises; whether a link is right is the engine's word.
 */

export type PastedSource =
  | { readonly kind: "magnet"; readonly text: string; readonly infoHash: string; readonly name: string }
  | { readonly kind: "file"; readonly path: string };

/** Torrents added by one paste; more is a mistake. */
const MAX_SOURCES = 100;

const MAGNET = /magnet:\?[^\s"'<>]+/gi;
const QUOTED_PATH = /(["'])([^"'\n]+\.torrent)\1/gi;
/** Hex or base32 info-hash as a word of its own, or behind `urn:btih:` whatever stood in front of that. */
const INFO_HASH = /(?:^|\s|urn:btih:)([0-9a-f]{40}|[a-z2-7]{32})(?![0-9a-z])/gi;

/** The sources in `text` in order of their kinds: links, hashes, files; none twice. */
export function findSources(text: string): PastedSource[] {
  const found = new Map<string, PastedSource>();
  const add = (key: string, source: PastedSource): void => {
    if (found.size < MAX_SOURCES && !found.has(key)) found.set(key, source);
  };
  const withoutMagnets = text.replace(MAGNET, (link) => {
    const magnet = describeMagnet(link);
    add(magnet.infoHash === "" ? link : magnet.infoHash, magnet);
    return " ";
  });
  const withoutHashes = withoutMagnets.replace(INFO_HASH, (_match, hash: string) => {
    add(hash.toLowerCase(), { kind: "magnet", text: hash, infoHash: hash.toLowerCase(), name: "" });
    return " ";
  });
  for (const path of findPaths(withoutHashes)) add(path, { kind: "file", path });
  return [...found.values()];
}

/** A link to whatever torrent a key names: what it is has to be asked first. */
export function isKeyLink(text: string): boolean {
  return /^magnet:\?(?:.*&)?xs=urn:btpk:/i.test(text);
}

function describeMagnet(link: string): PastedSource & { readonly kind: "magnet" } {
  const parameters = new URLSearchParams(link.slice("magnet:?".length));
  const topic = parameters.getAll("xt").find((value) => /^urn:btih:/i.test(value)) ?? "";
  return {
    kind: "magnet",
    text: link,
    infoHash: topic.slice("urn:btih:".length).toLowerCase(),
    name: parameters.get("dn") ?? "",
  };
}

function findPaths(text: string): string[] {
  const paths: string[] = [];
  const unquoted = text.replace(QUOTED_PATH, (_match, _quote, path: string) => {
    paths.push(path);
    return "\n";
  });
  for (const line of unquoted.split("\n")) {
    const path = line.trim();
    if (/\.torrent$/i.test(path)) paths.push(plainPath(path));
  }
  return paths;
}

/** What terminals insert for a dropped file: a `file:` address, or a path with the shell's backslashes. */
function plainPath(path: string): string {
  if (/^file:\/\//i.test(path)) {
    try {
      return decodeURIComponent(path.replace(/^file:\/\/[^/]*/i, ""));
    } catch {
      return path;
    }
  }
  const isWindowsPath = /^[a-z]:\\/i.test(path) || path.startsWith("\\\\");
  return isWindowsPath ? path : path.replace(/\\(.)/g, "$1");
}
