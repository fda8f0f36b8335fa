/** `get --list`: the files of a torrent with the numbers that `--select` takes. */
import type { TorrentSource } from "../../session/session-view.ts";
import { EXIT_OK } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { bytesText } from "../output/quantity-text.ts";
import { fetchMetadata, type MetadataOptions } from "./fetch-metadata.ts";

export async function listFiles(
  sources: readonly TorrentSource[],
  options: MetadataOptions,
  output: Output,
): Promise<number> {
  for (const source of sources) {
    const metainfo = await fetchMetadata(source, options);
    const files = metainfo.files.filter((file) => !file.isPadding);
    for (const [i, file] of files.entries()) {
      output.result(`${String(i + 1).padStart(5)}  ${bytesText(file.lengthBytes).padStart(9)}  ${file.path}`);
    }
    output.json({
      infoHash: metainfo.id,
      files: files.map((file, i) => ({ number: i + 1, path: file.path, length: file.lengthBytes })),
    });
  }
  return EXIT_OK;
}
