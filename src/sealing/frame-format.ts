/**
 * A frame of a sealed stream: a length of two bytes, which is authenticated, the ciphertext and its tag. Frames are numbered by
 * their nonce, so that none can be left out, repeated or moved.
 */
import { TAG_BYTES } from "./sealing-crypto.ts";

export const LENGTH_BYTES = 2;
/** A block of 16 KiB with its header goes into one; what is buffered of a frame that has not come whole stays small. */
export const MAX_FRAME_PAYLOAD: number = 32 * 1024;
export const FRAME_OVERHEAD: number = LENGTH_BYTES + TAG_BYTES;
export const MAX_FRAME_BYTES: number = FRAME_OVERHEAD + MAX_FRAME_PAYLOAD;
/**
 * Payloads up to this length are computed by our own code: the object that the library makes for a call takes longer than that does
 * (`bench/sealing.ts`, ADR 0112). Requests and HAVEs are that short.
 */
export const MAX_OWN_CIPHER_BYTES = 512;
