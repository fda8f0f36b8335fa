/** `starling verify`: compares data on disk with a torrent, piece by piece, and says which files are not whole. */
import { resolve } from "node:path";
import { createNodePlatform } from "../../platform/index.ts";
import { Bitfield } from "../../torrent/bitfield.ts";
import type { Metainfo } from "../../torrent/metainfo.ts";
import { parseNetworkOptions } from "../arguments/network-options.ts";
import { EXIT_INCOMPLETE, EXIT_OK } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { percentText } from "../output/quantity-text.ts";
import { fetchMetadata } from "../transfers/fetch-metadata.ts";
import { readSource } from "../transfers/read-source.ts";

export async function runVerify(
  operands: readonly string[],
  _flags: object,
  output: Output,
): Promise<number> {
  const source = await readSource(operands[0] as string);
  const metainfo = await fetchMetadata(source, {
    network: parseNetworkOptions({}, 0),
    peers: [],
    timeoutMs: undefined,
  });
  const good = await check(metainfo, resolve(operands[1] as string));
  const broken = brokenFiles(metainfo, good);
  const { pieceCount } = metainfo.pieceMap;
  for (const file of broken) output.result(`${file.path}  ${file.goodPieces} of ${file.pieces} pieces`);
  output.result(`${good.count} of ${pieceCount} pieces are right (${percentText(good.count / pieceCount)})`);
  output.json({
    ok: good.isFull,
    infoHash: metainfo.id,
    pieces: pieceCount,
    goodPieces: good.count,
    incompleteFiles: broken,
  });
  return good.isFull ? EXIT_OK : EXIT_INCOMPLETE;
}

async function check(metainfo: Metainfo, folder: string): Promise<Bitfield> {
  const platform = await createNodePlatform();
  try {
    const events = { pieceChecked: () => {}, blockRead: () => {} };
    const disk = await platform.disk.openTorrent(metainfo, folder, events);
    const all = new Bitfield(metainfo.pieceMap.pieceCount);
    all.setAll();
    const good = await disk.check(all, {});
    await disk.close();
    return good;
  } finally {
    await platform.close();
  }
}

interface BrokenFile {
  readonly path: string;
  readonly pieces: number;
  readonly goodPieces: number;
}

function brokenFiles(metainfo: Metainfo, good: Bitfield): BrokenFile[] {
  const { pieceBytes } = metainfo.pieceMap;
  return metainfo.files.flatMap((file) => {
    if (file.isPadding || file.lengthBytes === 0) return [];
    const first = Math.floor(file.offsetBytes / pieceBytes);
    const last = Math.floor((file.offsetBytes + file.lengthBytes - 1) / pieceBytes);
    let goodPieces = 0;
    for (let piece = first; piece <= last; piece++) if (good.has(piece)) goodPieces++;
    const pieces = last - first + 1;
    return goodPieces === pieces ? [] : [{ path: file.path, pieces, goodPieces }];
  });
}
