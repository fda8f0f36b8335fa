/** `starling create`: a `.torrent` file from a path, without any network. */
import { writeFile } from "node:fs/promises";
import { ClientError } from "../../core/errors.ts";
import { formatMagnet } from "../../torrent/magnet.ts";
import { encodeTorrentFile } from "../../torrent/metainfo.ts";
import { EXIT_OK } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { type MakeTorrentFlags, makeTorrent } from "../transfers/make-torrent.ts";

interface CreateFlags extends MakeTorrentFlags {
  readonly output?: string;
}

export async function runCreate(
  operands: readonly string[],
  flags: CreateFlags,
  output: Output,
): Promise<number> {
  const { metainfo } = await makeTorrent(operands[0] as string, flags, output);
  const path = flags.output ?? `${metainfo.name}.torrent`;
  await writeFile(path, encodeTorrentFile(metainfo), { flag: "wx" }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "EEXIST")
      throw new ClientError("PATH_IN_THE_WAY", `${path} exists already`, {
        hint: "Choose another name with -o.",
      });
    throw new ClientError("PATH_NOT_WRITABLE", `Cannot write ${path}: ${error.code}`, { cause: error });
  });
  const magnet = formatMagnet({ infoHash: metainfo.infoHash, displayName: metainfo.name });
  output.result(magnet);
  output.result(path);
  output.json({
    ok: true,
    infoHash: metainfo.id,
    magnet,
    path,
    pieces: metainfo.pieceMap.pieceCount,
    pieceLength: metainfo.pieceMap.pieceBytes,
  });
  return EXIT_OK;
}
