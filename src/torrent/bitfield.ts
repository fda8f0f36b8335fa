/** A set of piece indices, one bit each, the most significant bit first, as BITFIELD carries it (BEP 3). */
export class Bitfield {
  readonly length: number;
  readonly bytes: Uint8Array;
  #count = 0;

  constructor(length: number) {
    this.length = length;
    this.bytes = new Uint8Array(Math.ceil(length / 8));
  }

  /** Copies a received bitfield; `undefined` when the size is wrong or a spare bit is set. */
  static fromBytes(bytes: Uint8Array, length: number): Bitfield | undefined {
    const field = new Bitfield(length);
    if (bytes.length !== field.bytes.length) return undefined;
    const spareBits = bytes.length * 8 - length;
    if (spareBits > 0 && ((bytes[bytes.length - 1] as number) & ((1 << spareBits) - 1)) !== 0)
      return undefined;
    field.bytes.set(bytes);
    field.#count = countBits(bytes);
    return field;
  }

  /** Number of set bits; O(1). */
  get count(): number {
    return this.#count;
  }

  get isFull(): boolean {
    return this.#count === this.length;
  }

  has(index: number): boolean {
    return ((this.bytes[index >> 3] as number) & (0x80 >> (index & 7))) !== 0;
  }

  /** Sets a bit; answers whether that changed anything. */
  set(index: number): boolean {
    if (this.has(index)) return false;
    this.bytes[index >> 3] = (this.bytes[index >> 3] as number) | (0x80 >> (index & 7));
    this.#count++;
    return true;
  }

  /** Clears a bit; answers whether that changed anything. */
  clear(index: number): boolean {
    if (!this.has(index)) return false;
    this.bytes[index >> 3] = (this.bytes[index >> 3] as number) & ~(0x80 >> (index & 7));
    this.#count--;
    return true;
  }

  setAll(): void {
    this.bytes.fill(0xff);
    const spareBits = this.bytes.length * 8 - this.length;
    if (spareBits > 0) this.bytes[this.bytes.length - 1] = (0xff << spareBits) & 0xff;
    this.#count = this.length;
  }

  clone(): Bitfield {
    const copy = new Bitfield(this.length);
    copy.bytes.set(this.bytes);
    copy.#count = this.#count;
    return copy;
  }
}

function countBits(bytes: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < bytes.length; i++) {
    for (let byte = bytes[i] as number; byte !== 0; byte &= byte - 1) count++;
  }
  return count;
}
