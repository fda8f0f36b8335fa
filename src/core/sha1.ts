/** SHA-1 of small inputs. The only use of `node:crypto` below `platform/`: a pure function, the same everywhere. */
import { createHash } from "node:crypto";

export function sha1(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha1").update(bytes).digest());
}
