/** Turns what the user named (magnet, hash, .torrent path, `-`) into a torrent source, or says what is wrong with it. */
import { readFile, stat } from "node:fs/promises";
import { ClientError } from "../../core/errors.ts";
import type { TorrentSource } from "../../session/session-view.ts";
import { parseMagnet } from "../../torrent/magnet.ts";
import { parseTorrentFile } from "../../torrent/metainfo.ts";

/** threats F3: no client in use makes larger ones. */
const MAX_TORRENT_FILE_BYTES = 32 * 1024 * 1024;

/** Reads one source. Rejects with MAGNET_INVALID, TORRENT_INVALID, TORRENT_V2_ONLY or PATH_NOT_FOUND. */
export async function readSource(text: string): Promise<TorrentSource> {
  if (looksLikeLink(text)) return checkedMagnet(text);
  return { kind: "metainfo", bytes: await readTorrentFile(text) };
}

/** Sources as the command line names them; `-` stands for the lines of standard input. */
export async function namedSources(operands: readonly string[]): Promise<readonly string[]> {
  const sources: string[] = [];
  for (const operand of operands) sources.push(...(operand === "-" ? await standardInputLines() : [operand]));
  if (sources.length === 0) throw new ClientError("USAGE", "No link came on standard input");
  return sources;
}

function looksLikeLink(text: string): boolean {
  return /^\s*magnet:/i.test(text) || /^[0-9a-f]{40}$/i.test(text) || /^[a-z2-7]{32}$/i.test(text);
}

function checkedMagnet(text: string): TorrentSource {
  const magnet = parseMagnet(text);
  if (magnet.ok) return { kind: "magnet", text };
  if (magnet.fault.code === "v2-only") throw v2Only();
  throw new ClientError("MAGNET_INVALID", `Not a usable magnet link: ${magnet.fault.message}`, {
    hint: "A magnet link looks like magnet:?xt=urn:btih: and 40 hex digits. Quote it, since & means something to the shell.",
  });
}

/** Bytes of a `.torrent` file that was parsed once, so that faults are told before an engine starts. */
export async function readTorrentFile(path: string): Promise<Uint8Array> {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined || !info.isFile()) {
    throw new ClientError("PATH_NOT_FOUND", `There is no file ${path}`, {
      hint: "Give a magnet link, an info-hash or a .torrent file.",
    });
  }
  if (info.size > MAX_TORRENT_FILE_BYTES)
    throw new ClientError("TORRENT_INVALID", `${path} is too large for a .torrent file`);
  const bytes = new Uint8Array(await readFile(path));
  const metainfo = parseTorrentFile(bytes);
  if (metainfo.ok) return bytes;
  if (metainfo.fault.code === "v2-only") throw v2Only();
  throw new ClientError("TORRENT_INVALID", `${path} is not a usable torrent: ${metainfo.fault.message}`, {
    hint: "The file may be damaged or something else, such as a web page that was saved.",
  });
}

function v2Only(): ClientError {
  return new ClientError("TORRENT_V2_ONLY", "v2-only torrents are not supported yet", {
    hint: "Ask for a v1 or hybrid torrent of the same content.",
  });
}

async function standardInputLines(): Promise<readonly string[]> {
  let text = "";
  for await (const chunk of process.stdin) text += String(chunk);
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
