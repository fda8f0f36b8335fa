/** `starling info`: what a magnet or a `.torrent` file holds, and what of it Starling will not use. */
import { writeFile } from "node:fs/promises";
import { ClientError } from "../../core/errors.ts";
import { safeText } from "../../core/safe-text.ts";
import type { TorrentSource } from "../../session/session-view.ts";
import { parseMagnet } from "../../torrent/magnet.ts";
import { encodeTorrentFile, type Metainfo } from "../../torrent/metainfo.ts";
import { type NetworkFlags, parseNetworkOptions, parsePeers } from "../arguments/network-options.ts";
import { parseDuration } from "../arguments/quantities.ts";
import { EXIT_OK } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { bytesText } from "../output/quantity-text.ts";
import { fetchMetadata } from "../transfers/fetch-metadata.ts";
import { readSource } from "../transfers/read-source.ts";

interface InfoFlags extends NetworkFlags {
  readonly save?: string;
  readonly timeout: string;
  readonly peer?: readonly string[];
}

export async function runInfo(
  operands: readonly string[],
  flags: InfoFlags,
  output: Output,
): Promise<number> {
  const source = await readSource(operands[0] as string);
  const network = parseNetworkOptions(flags, 0);
  const timeoutMs = parseDuration(flags.timeout, "--timeout");
  const metainfo = await fetchMetadata(source, { network, peers: parsePeers(flags.peer), timeoutMs });
  if (flags.save !== undefined) await save(flags.save, metainfo);
  printInfo(metainfo, ignoredIn(source, metainfo), output);
  return EXIT_OK;
}

/** What the link itself names and Starling does not use comes on top of what the file names. */
function ignoredIn(
  source: TorrentSource,
  metainfo: Metainfo,
): { readonly trackers: number; readonly webSeeds: number } {
  const magnet = source.kind === "magnet" ? parseMagnet(source.text) : undefined;
  const link = magnet?.ok === true ? magnet.value : { ignoredTrackers: 0, ignoredWebSeeds: 0 };
  return {
    trackers: metainfo.ignoredTrackers + link.ignoredTrackers,
    webSeeds: metainfo.ignoredWebSeeds + link.ignoredWebSeeds,
  };
}

function printInfo(
  metainfo: Metainfo,
  ignored: { readonly trackers: number; readonly webSeeds: number },
  output: Output,
): void {
  const files = metainfo.files.filter((file) => !file.isPadding);
  const { pieceMap } = metainfo;
  const contentBytes = files.reduce((sum, file) => sum + file.lengthBytes, 0);
  output.json({
    infoHash: metainfo.id,
    name: metainfo.name,
    length: contentBytes,
    pieceLength: pieceMap.pieceBytes,
    pieces: pieceMap.pieceCount,
    private: metainfo.isPrivate,
    hybrid: metainfo.isHybrid,
    ignoredTrackers: ignored.trackers,
    ignoredWebSeeds: ignored.webSeeds,
    files: files.map((file) => ({ path: file.path, length: file.lengthBytes })),
  });
  const line = (label: string, value: string): void => output.result(`${label.padEnd(14)}${value}`);
  line("name", metainfo.name);
  line("info-hash", metainfo.id);
  line("size", `${bytesText(contentBytes)} (${contentBytes} bytes)`);
  line("pieces", `${pieceMap.pieceCount} of ${bytesText(pieceMap.pieceBytes)}`);
  line("kind", `${metainfo.isHybrid ? "hybrid, used as v1" : "v1"}${metainfo.isPrivate ? ", private" : ""}`);
  if (metainfo.comment !== undefined) line("comment", safeText(metainfo.comment));
  if (metainfo.createdBy !== undefined) line("made with", safeText(metainfo.createdBy));
  if (ignored.trackers + ignored.webSeeds > 0) {
    line(
      "not used",
      `${ignored.trackers} trackers, ${ignored.webSeeds} web seeds (Starling finds peers by DHT)`,
    );
  }
  line("files", String(files.length));
  for (const file of files) output.result(`  ${bytesText(file.lengthBytes).padStart(9)}  ${file.path}`);
}

async function save(path: string, metainfo: Metainfo): Promise<void> {
  try {
    await writeFile(path, encodeTorrentFile(metainfo), { flag: "wx" });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "EEXIST")
      throw new ClientError("PATH_IN_THE_WAY", `${path} exists already`, {
        hint: "Choose another name for --save.",
      });
    throw new ClientError("PATH_NOT_WRITABLE", `Cannot write ${path}: ${code}`, { cause: error });
  }
}
