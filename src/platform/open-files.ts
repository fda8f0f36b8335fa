/**
 * The descriptors of one disk worker: the files used last stay open, the others are closed (Law 6). Running out of
 * descriptors closes all of them and tries once more, so that sockets and files share what the process may have.
 */
import { closeSync } from "node:fs";
import { BoundedCache } from "../core/bounded-cache.ts";
import { isCode } from "./disk-codes.ts";

interface OpenFile {
  readonly descriptor: number;
  readonly isWritable: boolean;
}

export class OpenFiles {
  readonly #files: BoundedCache<number, OpenFile>;

  constructor(maxFiles: number) {
    this.#files = new BoundedCache<number, OpenFile>(maxFiles, (_key, file) => closeQuietly(file.descriptor));
  }

  get size(): number {
    return this.#files.size;
  }

  /** The descriptor kept under `key`, or what `open` answers. A writable one serves for reading too. */
  toRead(key: number, open: () => number): number {
    return this.#files.get(key)?.descriptor ?? this.#keep(key, open, false);
  }

  /** A writable descriptor kept under `key`, or what `open` answers in place of a read-only one. */
  toWrite(key: number, open: () => number): number {
    const file = this.#files.get(key);
    if (file?.isWritable) return file.descriptor;
    this.close(key);
    return this.#keep(key, open, true);
  }

  close(key: number): void {
    const file = this.#files.peek(key);
    if (file === undefined) return;
    this.#files.delete(key);
    closeQuietly(file.descriptor);
  }

  /** Closes every file whose key lies in [from, to). */
  closeRange(from: number, to: number): void {
    for (const [key] of [...this.#files.entries()]) if (key >= from && key < to) this.close(key);
  }

  closeAll(): void {
    this.closeRange(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  }

  #keep(key: number, open: () => number, isWritable: boolean): number {
    const descriptor = this.#openAnyway(open);
    this.#files.set(key, { descriptor, isWritable });
    return descriptor;
  }

  #openAnyway(open: () => number): number {
    try {
      return open();
    } catch (error) {
      if (!isCode(error, "EMFILE", "ENFILE") || this.#files.size === 0) throw error;
      this.closeAll();
      return open();
    }
  }
}

function closeQuietly(descriptor: number): void {
  try {
    closeSync(descriptor);
  } catch {
    // A failed close (EIO of a network disk) has released the descriptor all the same; the data's fate shows in sync.
  }
}
