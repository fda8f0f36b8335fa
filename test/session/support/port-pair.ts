/** Two ends of a channel in memory. Messages are cloned as a worker's port would, and wait until `deliver` is called. */
import type { ChannelPort } from "../../../src/session/channel/channel-port.ts";

export class MemoryPort implements ChannelPort {
  onMessage: (message: unknown) => void = () => {};
  onClose: () => void = () => {};
  /** What this end sent, in order; never shortened. */
  readonly sent: unknown[] = [];
  readonly #inbox: unknown[] = [];
  #other: MemoryPort | undefined;
  #isClosed = false;
  #otherIsClosed = false;

  static pair(): [MemoryPort, MemoryPort] {
    const [a, b] = [new MemoryPort(), new MemoryPort()];
    a.#other = b;
    b.#other = a;
    return [a, b];
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get waiting(): number {
    return this.#inbox.length;
  }

  /** What each message is said to take; 0 as in memory. */
  bytesOf: (message: unknown) => number = () => 0;

  postMessage(message: unknown): number {
    if (this.#isClosed || this.#other === undefined) return 0;
    this.sent.push(message);
    this.#other.#inbox.push(structuredClone(message));
    return this.bytesOf(message);
  }

  close(): void {
    this.#isClosed = true;
    if (this.#other !== undefined) this.#other.#otherIsClosed = true;
  }

  /** Hands over what the other end sent so far; answers whether there was anything. */
  deliver(): boolean {
    const batch = this.#inbox.splice(0);
    for (const message of batch) if (!this.#isClosed) this.onMessage(message);
    if (batch.length > 0 || !this.#otherIsClosed || this.#isClosed) return batch.length > 0;
    this.#isClosed = true;
    this.onClose();
    return true;
  }
}

/** Delivers in both directions, and lets promises run, until neither end has anything to say. */
export async function settle(...ports: readonly MemoryPort[]): Promise<void> {
  for (let quiet = 0; quiet < 2; quiet++) {
    for (const port of ports) if (port.deliver()) quiet = 0;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
