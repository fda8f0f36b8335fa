/**
 * Blocks on their way to peers, inside a disk worker. Peers ask for runs of blocks, so neighbours in the job ring that
 * are neighbours in the content are read with one system call, each straight into its own slot: a third of the CPU of
 * single reads, and one movement of the head of a disk that has one.
 */
import { PIECE_HEADER_BYTES } from "../core/slab.ts";
import type { ContentFiles } from "./content-files.ts";
import { JOB_KIND, JOB_LENGTH, JOB_OFFSET, JOB_PIECE, JOB_PLACE, JOB_TORRENT, JobKind } from "./disk-jobs.ts";
import { MAX_READ_RUN } from "./platform-config.ts";
import type { SharedRing } from "./shared-ring.ts";

/** Number of jobs at the head of the ring that read one run of one piece; at least 1. */
export function readRunLength(jobs: SharedRing): number {
  const { words } = jobs;
  const first = jobs.at(0);
  const limit = Math.min(jobs.unread, MAX_READ_RUN);
  let nextOffset = (words[first + JOB_OFFSET] as number) + (words[first + JOB_LENGTH] as number);
  let count = 1;
  for (; count < limit; count++) {
    const at = jobs.at(count);
    const continues =
      words[at + JOB_KIND] === JobKind.read &&
      words[at + JOB_TORRENT] === words[first + JOB_TORRENT] &&
      words[at + JOB_PIECE] === words[first + JOB_PIECE] &&
      words[at + JOB_OFFSET] === nextOffset;
    if (!continues) break;
    nextOffset += words[at + JOB_LENGTH] as number;
  }
  return count;
}

/** Reads the first `count` jobs of the ring, which are one run, into their slots. Throws the disk's error. */
export function readRun(
  jobs: SharedRing,
  count: number,
  files: ContentFiles,
  slots: Uint8Array,
  pieceBytes: number,
): void {
  const { words } = jobs;
  const first = jobs.at(0);
  const runs: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    const at = jobs.at(i);
    const payload = (words[at + JOB_PLACE] as number) + PIECE_HEADER_BYTES;
    runs.push(slots.subarray(payload, payload + (words[at + JOB_LENGTH] as number)));
  }
  const offsetBytes =
    (words[first + JOB_PIECE] as number) * pieceBytes + (words[first + JOB_OFFSET] as number);
  files.readRuns(offsetBytes, runs);
}
