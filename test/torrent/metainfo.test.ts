import { expect, test } from "vitest";
import { encodeBencode } from "../../src/core/bencode.ts";
import { parseTorrentFile } from "../../src/torrent/metainfo.ts";

test("reads a single file", () => {
  const bytes = encodeBencode({
    announce: "http://tracker.invalid/announce",
    info: { name: "a.txt", length: 20_000, "piece length": 16_384, pieces: new Uint8Array(40) },
  });
  expect(parseTorrentFile(bytes)).toMatchObject({
    ok: true,
    value: { name: "a.txt", ignoredTrackers: 1, files: [{ path: "a.txt", lengthBytes: 20_000 }] },
  });
});
