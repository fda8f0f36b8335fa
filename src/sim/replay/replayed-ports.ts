/** The other ports of an engine that is run again: they answer what was recorded. */
import type { Random } from "../../core/ports.ts";
import type { Slab, SlabPool } from "../../core/slab.ts";
import { SEGMENT_BYTES } from "../../torrent/piece-map.ts";
import {
  discardOutput,
  FLOAT,
  INTEGER,
  type OutputDigest,
  type PeerRanking,
  pairKey,
  RANK,
  readOutput,
  SLAB,
  type SwarmStorage,
  storeOutput,
} from "../../wire/index.ts";
import type { ReplayScript } from "./replay-script.ts";

export function replayedRandom(script: ReplayScript): Random {
  return {
    float: () => script.number(FLOAT),
    integer: () => script.number(INTEGER),
    // Names are made of them, which a recording masks.
    bytes: (length) => new Uint8Array(length),
  };
}

export function replayedRanking(script: ReplayScript): PeerRanking {
  const known = new Map<string, number | undefined>();
  return {
    between: (ours, theirs) => {
      const key = pairKey(ours, theirs);
      if (known.has(key)) return known.get(key);
      const rank = script.number(RANK);
      known.set(key, rank < 0 ? undefined : rank);
      return known.get(key);
    },
    byChance: () => script.number(RANK),
  };
}

const SLAB_BYTES = new Uint8Array(SEGMENT_BYTES);

/** Nothing is ever copied to them. */
export function replayedSlabs(script: ReplayScript, capacityBytes: number | "unknown"): SlabPool {
  return {
    ...(capacityBytes === "unknown" ? {} : { capacityBytes }),
    acquire: (minimumBytes): Slab | undefined =>
      script.flag(SLAB) ? { bytes: SLAB_BYTES.subarray(0, minimumBytes), offset: 0 } : undefined,
    release: () => {},
    copy: () => {},
  };
}

/** Its answers are events of the recording. */
export function replayedStorage(
  script: ReplayScript,
  outputs: OutputDigest,
  slabBytes: number | "unknown" | null,
): SwarmStorage {
  return {
    ...(slabBytes === null ? {} : { slabs: replayedSlabs(script, slabBytes) }),
    storeSegment: (piece, offsetBytes, _slab, lengthBytes) =>
      storeOutput(outputs, piece, offsetBytes, lengthBytes),
    discardPiece: (piece) => discardOutput(outputs, piece),
    readBlock: (_token, piece, offsetBytes) => readOutput(outputs, piece, offsetBytes),
    releaseSlot: () => {},
  };
}
