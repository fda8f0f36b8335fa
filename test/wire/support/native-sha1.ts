/** SHA-1 of the platform: the engine's own takes most of a simulated swarm's time. */
import { createHash } from "node:crypto";

export function nativeSha1(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha1").update(bytes).digest());
}
