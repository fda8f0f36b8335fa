/**
 * The folder that the demo shares: a few texts, a few pictures, and enough noise to watch it move. Made anew at every
 * run, so that nothing can have been downloaded before.
 */
import { randomBytes } from "node:crypto";
import { mkdir, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";

/** Enough for several seconds at the demo's speed, little enough for any laptop's temporary folder. */
export const DEMO_NOISE_BYTES: number = 64 * 2 ** 20;
const CHUNK_BYTES = 2 ** 20;
const PICTURES = 4;
const PICTURE_PIXELS = 256;

/** Creates `folder` and fills it; most of it is noise. */
export async function makeDemoContent(folder: string, noiseBytes = DEMO_NOISE_BYTES): Promise<void> {
  await mkdir(join(folder, "texts"), { recursive: true });
  await mkdir(join(folder, "pictures"), { recursive: true });
  await writeFile(join(folder, "READ ME.txt"), ABOUT);
  for (const [name, text] of Object.entries(TEXTS))
    await writeFile(join(folder, "texts", name), `${text}\n`.repeat(40));
  for (let i = 0; i < PICTURES; i++)
    await writeFile(join(folder, "pictures", `murmuration-${i + 1}.png`), murmuration(i));
  await writeFile(join(folder, "texts", "empty.txt"), "");
  const noise = await open(join(folder, "noise.bin"), "w");
  for (let written = 0; written < noiseBytes; written += CHUNK_BYTES)
    await noise.write(randomBytes(CHUNK_BYTES));
  await noise.close();
}

const ABOUT = `This folder was made by "starling demo", shared by three seeders on this machine, found through a DHT of
twenty nodes, downloaded by a fourth and verified piece by piece. No tracker was asked and nothing left this machine.
`;

const TEXTS: Readonly<Record<string, string>> = {
  "flock.txt":
    "A starling in a flock watches its seven nearest neighbours. Nobody leads; the flock turns as one.",
  "distance.txt":
    "Two ids are as far apart as their exclusive or. Every node knows many near ones and few far ones.",
  "rarest.txt": "Fetch first what fewest others have, and nothing is lost when one of them leaves.",
};

/** A grey-scale PNG (RFC 2083 subset): a flock as a sum of waves, different for each `phase`. */
function murmuration(phase: number): Buffer {
  const rows = Buffer.alloc(PICTURE_PIXELS * (PICTURE_PIXELS + 1));
  for (let y = 0; y < PICTURE_PIXELS; y++) {
    for (let x = 0; x < PICTURE_PIXELS; x++) {
      const wave =
        Math.sin((x + 31 * phase) / 19) +
        Math.sin((y - x / 2) / 23) +
        Math.sin(Math.hypot(x - 128, y - 128) / 11);
      rows[y * (PICTURE_PIXELS + 1) + 1 + x] = 127 + 42 * wave;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(PICTURE_PIXELS, 0);
  header.writeUInt32BE(PICTURE_PIXELS, 4);
  header[8] = 8;
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    pngChunk("IHDR", header),
    pngChunk("IDAT", deflateSync(rows)),
    pngChunk("IEND", Buffer.alloc(0)),
  ]);
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}
