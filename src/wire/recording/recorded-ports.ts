/** The ports of an engine with what they answer written down, while the engine asks within an event. */
import type { Clock, Random } from "../../core/ports.ts";
import type { Slab, SlabPool } from "../../core/slab.ts";
import type { SwarmStorage } from "../wire-ports.ts";
import type { OutputDigest } from "./output-digest.ts";
import { FLAG, FLOAT, INTEGER, SLAB, TICK } from "./record-kinds.ts";
import type { Recording } from "./recording.ts";

/** Time stands still within an event; `onTick` is called after each of the engine's own timers. */
export function recordedClock(clock: Clock, recording: Recording, onTick: () => void): Clock {
  return {
    nowMs: () => (recording.isInside ? recording.nowMs : Math.max(recording.nowMs, clock.nowMs())),
    setTimer: (delayMs, callback) =>
      clock.setTimer(delayMs, () => {
        recording.event(TICK, () => {}, callback);
        onTick();
      }),
  };
}

/** Bytes are drawn for names only, which a recording masks. */
export function recordedRandom(random: Random, recording: Recording): Random {
  return {
    bytes: (length) => random.bytes(length),
    float: () => {
      const value = random.float();
      if (recording.isListening) {
        recording.writer.byte(FLOAT);
        recording.writer.float(value);
      }
      return value;
    },
    integer: (exclusiveMax) => {
      const value = random.integer(exclusiveMax);
      if (recording.isListening) {
        recording.writer.byte(INTEGER);
        recording.writer.number(value);
      }
      return value;
    },
  };
}

export function recordedFlag(isTrue: boolean, recording: Recording): boolean {
  writeBit(FLAG, isTrue, recording);
  return isTrue;
}

export function recordedSlabs(slabs: SlabPool, recording: Recording): SlabPool {
  return {
    ...(slabs.capacityBytes === undefined ? {} : { capacityBytes: slabs.capacityBytes }),
    ...(slabs.copy === undefined ? {} : { copy: slabs.copy.bind(slabs) }),
    acquire: (minimumBytes): Slab | undefined => {
      const slab = slabs.acquire(minimumBytes);
      writeBit(SLAB, slab !== undefined, recording);
      return slab;
    },
    release: (slab) => slabs.release(slab),
  };
}

export function recordedStorage(
  storage: SwarmStorage,
  recording: Recording,
  outputs: OutputDigest,
): SwarmStorage {
  return {
    ...(storage.slabs === undefined ? {} : { slabs: recordedSlabs(storage.slabs, recording) }),
    storeSegment: (piece, offsetBytes, slab, lengthBytes, wantsDigests) => {
      storeOutput(outputs, piece, offsetBytes, lengthBytes);
      storage.storeSegment(piece, offsetBytes, slab, lengthBytes, wantsDigests);
    },
    discardPiece: (piece) => {
      discardOutput(outputs, piece);
      storage.discardPiece(piece);
    },
    readBlock: (token, piece, offsetBytes, lengthBytes) => {
      readOutput(outputs, piece, offsetBytes);
      storage.readBlock(token, piece, offsetBytes, lengthBytes);
    },
    releaseSlot: (slot) => storage.releaseSlot(slot),
  };
}

export function storeOutput(
  outputs: OutputDigest,
  piece: number,
  offsetBytes: number,
  lengthBytes: number,
): void {
  outputs.text("store");
  outputs.add(piece);
  outputs.add(offsetBytes);
  outputs.add(lengthBytes);
}

export function discardOutput(outputs: OutputDigest, piece: number): void {
  outputs.text("discard");
  outputs.add(piece);
}

export function readOutput(outputs: OutputDigest, piece: number, offsetBytes: number): void {
  outputs.text("read");
  outputs.add(piece);
  outputs.add(offsetBytes);
}

function writeBit(kind: number, isSet: boolean, recording: Recording): void {
  if (!recording.isListening) return;
  recording.writer.byte(kind);
  recording.writer.byte(isSet ? 1 : 0);
}
