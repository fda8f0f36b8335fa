/** Where an item of the DHT is found (BEP 44), as it is typed: its hash, its owner's key, or a link with the key. */
import { fromHex, utf8Bytes } from "../../core/bytes.ts";
import { ClientError } from "../../core/errors.ts";
import { ID_BYTES } from "../../core/ids.ts";
import { MAX_SALT_BYTES, mutableTarget, PUBLIC_KEY_BYTES } from "../../dht/index.ts";
import { parseKeyLink } from "../../torrent/key-link.ts";

export interface ItemAddress {
  readonly target: Uint8Array;
  /** Of mutable items; empty without one. */
  readonly salt: Uint8Array;
}

/** `salt` is the option's value; a link brings its own. */
export function parseItemAddress(text: string, salt: string | undefined): ItemAddress {
  const link = parseKeyLink(text);
  if (link !== undefined) return { target: mutableTarget(link.publicKey, link.salt), salt: link.salt };
  const saltBytes = parseSalt(salt);
  const bytes = fromHex(text);
  if (bytes?.length === ID_BYTES) return { target: bytes, salt: saltBytes };
  if (bytes?.length === PUBLIC_KEY_BYTES) return { target: mutableTarget(bytes, saltBytes), salt: saltBytes };
  throw new ClientError("USAGE", `"${text.slice(0, 60)}" names no item`, {
    hint: "Give 40 hex digits of its hash, 64 of its owner's key, or a link magnet:?xs=urn:btpk:….",
  });
}

export function parseSalt(text: string | undefined): Uint8Array {
  const bytes = utf8Bytes(text ?? "");
  if (bytes.length <= MAX_SALT_BYTES) return bytes;
  throw new ClientError("USAGE", `--salt: at most ${MAX_SALT_BYTES} bytes`);
}
