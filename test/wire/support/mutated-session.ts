/** What a peer says that was recorded and then damaged (threats WI20). */
import type { SeededRandom } from "../../../src/sim/index.ts";

/** The beginning of `session`, with up to eight bytes changed. */
export function mutated(session: Uint8Array, random: SeededRandom): Uint8Array {
  const bytes = session.slice();
  for (let i = 0; i < 1 + random.integer(8); i++) bytes[random.integer(bytes.length)] = random.integer(256);
  return bytes.subarray(0, random.integer(bytes.length));
}

/** A plausible session: pieces, choke, interest, haves, requests, cancels, blocks nobody asked for, rejects. */
export function recordedSession(pieceCount: number, random: SeededRandom): Uint8Array {
  const bytes: number[] = [0, 0, 0, 1, 15, 0, 0, 0, 1, 1, 0, 0, 0, 1, 2];
  const u32 = (value: number) =>
    bytes.push(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
  for (let i = 0; i < 30; i++) {
    const kind = random.integer(5);
    const piece = random.integer(pieceCount);
    if (kind === 0) {
      u32(5);
      bytes.push(4);
      u32(piece);
    } else if (kind === 1) {
      u32(9 + 100);
      bytes.push(7);
      u32(piece);
      u32(0);
      for (let b = 0; b < 100; b++) bytes.push(b);
    } else {
      u32(13);
      bytes.push([6, 8, 16][kind - 2] as number);
      u32(piece);
      u32(16_384 * random.integer(2));
      u32(16_384);
    }
  }
  return new Uint8Array(bytes);
}
