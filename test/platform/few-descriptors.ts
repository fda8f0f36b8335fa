/**
 * Child process of `descriptors.test.ts`: takes all descriptors but so few that sockets and files run out of them. It does so once it
 * is loaded: how many the loading itself needs at a time is nobody's choice.
 */
import { closeSync, promises as fs, openSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ByteStream } from "../../src/core/ports.ts";
import { createNodePlatform } from "../../src/platform/index.ts";
import { OpenedTorrent } from "../contracts/opened-torrent.ts";
import { RecordingHandler } from "../contracts/recording-stream.ts";
import { filledFolder } from "../support/filled-torrent.ts";
import { until } from "../support/until.ts";

const PIECE = 16_384;
/** What is left: some ten connections with both ends here. */
const FREE_DESCRIPTORS = 24;
const folder = await fs.mkdtemp(join(tmpdir(), "starling-test-"));
const platform = await createNodePlatform({ checkThreads: 1 });
const network = await platform.network.open({ host: "127.0.0.1", port: 0 });
const incoming: ByteStream[] = [];
for (const listener of network.listeners) {
  listener.onConnection = (stream) => {
    stream.handler = new RecordingHandler();
    incoming.push(stream);
  };
}
const here = { host: "127.0.0.1", port: network.port, family: 4 } as const;
const dial = () => {
  const handler = new RecordingHandler();
  return { handler, stream: network.dialer.dial(here, handler, 5_000) };
};

leave(FREE_DESCRIPTORS);

// More connections than descriptors: each is told how it went, and nothing is thrown.
const many = Array.from({ length: 60 }, dial);
await until(() => many.every(({ handler }) => handler.openings + handler.ends.length > 0));
const opened = many.filter(({ handler }) => handler.openings > 0 && handler.ends.length === 0).length;
const ends = new Set(many.flatMap(({ handler }) => handler.ends));

for (const { stream } of many) stream.close();
for (const stream of incoming) stream.close();
await until(() => many.every(({ handler }) => handler.ends.length === 1));

// With the sockets gone the listener still accepts, and more files than descriptors are written.
const files = Array.from({ length: 50 }, (_, i) => ({ path: [`f-${i}`], lengthBytes: PIECE }));
const torrent = filledFolder("album", files, PIECE);
const world = {
  disk: platform.disk,
  slabs: platform.slabs,
  folder,
  until,
  read: () => Promise.resolve(undefined),
  place: () => Promise.resolve(),
  close: () => Promise.resolve(),
};
const again = dial();
await until(() => again.handler.openings === 1);
const disk = await OpenedTorrent.open(world, torrent);
await disk.store(...files.keys());
const stored = [...disk.verdicts.values()].filter(({ kind }) => kind === "good").length;
again.stream.close();
await disk.disk.close();
await network.close();
await platform.close();
await fs.rm(folder, { recursive: true });
console.log(JSON.stringify({ opened, ends: [...ends], stored }));

function leave(free: number): void {
  const taken: number[] = [];
  try {
    for (;;) taken.push(openSync("/dev/null", "r"));
  } catch {
    for (const descriptor of taken.slice(-free)) closeSync(descriptor);
  }
}
