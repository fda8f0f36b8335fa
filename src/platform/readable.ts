/** Node's streams, for programs that read content with the library. */
import { Readable } from "node:stream";

export type { Readable };

/** `runs` as a stream of bytes; destroying it ends the iteration. */
export function readableOf(runs: AsyncIterable<Uint8Array>): Readable {
  return Readable.from(runs, { objectMode: false });
}
