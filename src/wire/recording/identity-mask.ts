/**
 * Stands for the 20 bytes that a peer names itself with (BEP 20). Equal ids stay equal, and the order between an id and our own,
 * by which one of two crossing connections is chosen, stays too. The client and its version are kept where the id
 * names them in the usual style; the rest is gone.
 */
import { compareBytes, equalBytes, latin1Text, toHex, writeUint32 } from "../../core/bytes.ts";
import { ID_BYTES, type PeerId, peerIdFrom } from "../../core/ids.ts";

const PREFIX_BYTES = 8;
const CLIENT = /^-[A-Za-z0-9~]{2}[0-9A-Za-z]{4}-$/;

export class IdentityMask {
  readonly #numbers = new Map<string, number>();

  /** What stands for our own id. */
  static own(id: PeerId): PeerId {
    const masked = new Uint8Array(ID_BYTES);
    masked.set(id.subarray(0, PREFIX_BYTES));
    masked[PREFIX_BYTES] = 0x80;
    return peerIdFrom(masked);
  }

  mask(id: Uint8Array, own: PeerId): Uint8Array {
    if (equalBytes(id, own)) return IdentityMask.own(own);
    const key = toHex(id);
    const number = this.#numbers.get(key) ?? this.#numbers.size;
    this.#numbers.set(key, number);
    const masked = new Uint8Array(ID_BYTES);
    const side = compareBytes(id, own) > 0 ? 0xff : 0x00;
    const prefix = id.subarray(0, PREFIX_BYTES);
    if (CLIENT.test(latin1Text(prefix))) masked.set(prefix);
    else masked.fill(side, 0, PREFIX_BYTES);
    masked[PREFIX_BYTES] = side;
    writeUint32(masked, ID_BYTES - 4, number);
    return masked;
  }
}
