/** A name for a key that can be said aloud and shown to anybody: it tells two keys apart, and nothing of either. */
import { hkdfSync } from "node:crypto";
import type { PrivateKey } from "../../session/index.ts";
import type { NetworkDefinition } from "./network-definition.ts";

/** Two keys of one network have the same name once in 2^32. */
const NAME_BYTES = 4;

/** Like `3f9a-22c1`. */
export function keyName({ idHex }: NetworkDefinition, { hex }: PrivateKey): string {
  const bytes = hkdfSync(
    "sha256",
    Buffer.from(hex, "hex"),
    Buffer.from(idHex, "hex"),
    "starling key name 1",
    NAME_BYTES,
  );
  const name = Buffer.from(bytes).toString("hex");
  return `${name.slice(0, 4)}-${name.slice(4)}`;
}
