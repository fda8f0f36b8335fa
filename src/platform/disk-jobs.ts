/**
 * What the network thread asks of a disk worker and what comes back, as records of two rings. Bytes never travel:
 * records name places in the arena and the read slots, which both threads see. Rare requests with paths or lists
 * (`DiskCall`) travel as messages; a record in the ring keeps them in order with the rest.
 */

/** Record of the job ring: 64 bytes, one cache line. */
export const JOB_WORDS = 16;
/** Record of the answer ring. */
export const ANSWER_WORDS = 4;
/** Jobs between the threads: every smallest slab of a 64 MiB arena at once would be 4,096, the read slots 1,024. */
export const RING_RECORDS = 8_192;

export const JobKind = {
  /** Take the message that was posted before this record. Answers by message. */
  call: 1,
  /** Hash a segment, write it when its piece may be written. Answers with the outcome. */
  store: 2,
  /** Forget the segments of a piece. Answers, so that whatever waits for room in the ring moves up. */
  discard: 3,
  /** Read a block into a slot. Answers with the outcome. */
  read: 4,
  /** End the thread. Answers nothing. */
  stop: 5,
} as const;

/** Words of a job record. */
export const JOB_KIND = 0;
/** Number that the answer repeats. */
export const JOB_TAG = 1;
export const JOB_TORRENT = 2;
export const JOB_PIECE = 3;
/** First byte within the piece. */
export const JOB_OFFSET = 4;
export const JOB_LENGTH = 5;
/** Position of the slab in the arena, or of the slot in the slot memory. */
export const JOB_PLACE = 6;
/** 1 when digests of the blocks are wanted. */
export const JOB_WANTS_DIGESTS = 7;
/** Five words that are the 20 bytes of the piece's SHA-1. */
export const JOB_HASH = 8;

/** Words of an answer record. */
export const ANSWER_TAG = 0;
export const ANSWER_OUTCOME = 1;
/** Number of the error code (`disk-codes.ts`) where the outcome is `failed`. */
export const ANSWER_CODE = 2;

export const Outcome = {
  /** The segment is stored and its piece is not complete; or the block is read. */
  done: 0,
  good: 1,
  bad: 2,
  failed: 3,
} as const;

/** Digests of a segment ride home at the beginning of its own slab, which nobody needs any more: 20 bytes a block. */
export const DIGEST_BYTES = 20;

/** The content of a torrent as a disk worker needs it. */
export interface ContentDescription {
  /** The folder that everything stays inside of: absolute; need not exist. */
  readonly root: string;
  /** Paths of the files below `root`, joined by NUL, which no path can hold: one string crosses faster than many. */
  readonly paths: string;
  readonly lengths: Float64Array;
  /** 1 for padding files (BEP 47). */
  readonly padding: Uint8Array;
  readonly pieceBytes: number;
  /** Name of the part file below `root`. */
  readonly partName: string;
  /** New files are `NAME.part` until they are complete. */
  readonly usesPartNames: boolean;
}

/** Length and modification time of one file each, two numbers a file; NaN for what is not a regular file. */
export type StampList = Float64Array;

/** Requests that are not worth a record layout. Lists are handled in slices, so that other jobs get their turn. */
export type DiskCall =
  | { readonly kind: "open"; readonly torrent: number; readonly content: ContentDescription }
  | { readonly kind: "close"; readonly torrent: number }
  /** 1 for wanted files. Answers when files that became wanted have their data. */
  | { readonly kind: "wanted"; readonly torrent: number; readonly wanted: Uint8Array }
  | { readonly kind: "stamps"; readonly torrent: number; readonly from: number; readonly to: number }
  /** Why files [from, to) could not be written, if so. */
  | { readonly kind: "obstacle"; readonly torrent: number; readonly from: number; readonly to: number }
  | { readonly kind: "createEmpty"; readonly torrent: number; readonly from: number; readonly to: number }
  /** Hashes whole pieces; one byte of `isHashed` and 20 of `digests` a piece. */
  | { readonly kind: "hashPieces"; readonly torrent: number; readonly pieces: Int32Array }
  /** Hashes one run of a long piece; runs of a piece come in order, `isLast` answers its digest. */
  | {
      readonly kind: "hashRun";
      readonly torrent: number;
      readonly piece: number;
      readonly offsetBytes: number;
      readonly lengthBytes: number;
      readonly isLast: boolean;
    }
  /** A run of the content, for readers that are not peers. */
  | {
      readonly kind: "read";
      readonly torrent: number;
      readonly offsetBytes: number;
      readonly lengthBytes: number;
    }
  /** These files are complete: those that still have an unfinished name get their own. */
  | { readonly kind: "finish"; readonly torrent: number; readonly complete: Int32Array }
  /** Files written and files created since the last call. */
  | { readonly kind: "takeTouched"; readonly torrent: number }
  /** Deletes the files of [from, to) that are set in `mine`. */
  | {
      readonly kind: "delete";
      readonly torrent: number;
      readonly from: number;
      readonly to: number;
      readonly mine: Uint8Array;
    }
  /** Deletes the part file and every folder of the torrent that is empty. */
  | { readonly kind: "deleteFolders"; readonly torrent: number };

export interface HashedPieces {
  /** 1 where the piece could be read. */
  readonly isHashed: Uint8Array;
  readonly digests: Uint8Array;
}

export interface TouchedFiles {
  /** Paths below the root, the part file included. */
  readonly written: readonly string[];
  /** Indices of files. */
  readonly created: readonly number[];
}

/** Why something could not be done, with the path where there is one. */
export interface DiskFailure {
  readonly code: string;
  readonly path: string | undefined;
}

/** What each call answers. */
export interface DiskResults {
  open: undefined;
  close: undefined;
  wanted: undefined;
  stamps: StampList;
  obstacle: DiskFailure | undefined;
  createEmpty: undefined;
  hashPieces: HashedPieces;
  /** The digest after the last run; undefined before it. */
  hashRun: Uint8Array | undefined;
  read: Uint8Array;
  finish: undefined;
  takeTouched: TouchedFiles;
  delete: undefined;
  deleteFolders: undefined;
}

/** The answer to a call, posted to the network thread. */
export type DiskReply =
  | { readonly tag: number; readonly result: DiskResults[keyof DiskResults] }
  | { readonly tag: number; readonly failure: DiskFailure };

export interface DiskRequest {
  readonly tag: number;
  readonly call: DiskCall;
}

/** What a disk worker is started with. */
export interface DiskWorkerData {
  readonly jobs: SharedArrayBuffer;
  readonly answers: SharedArrayBuffer;
  readonly arena: SharedArrayBuffer;
  readonly slots: SharedArrayBuffer;
  readonly maxOpenFiles: number;
}
