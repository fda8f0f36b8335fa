/**
 * A peer program that is driven by JSON lines: requests go to its standard input, replies and events come from its
 * standard output. The children are in test/interop/peers.
 */
import { LineProcess, type LineProcessOptions } from "./line-process.ts";

export interface PeerEvent {
  readonly event: string;
  readonly atMs: number;
  readonly infoHash?: string;
  readonly message?: string;
  readonly [field: string]: unknown;
}

interface Reply {
  readonly id: number;
  readonly ok: boolean;
  readonly result?: unknown;
  readonly error?: string;
}

/** A request that takes longer has hung. */
const REQUEST_TIMEOUT_MS = 30_000;

export class JsonPeer {
  readonly process: LineProcess;
  readonly events: PeerEvent[] = [];
  readonly #replies = new Map<number, Reply>();
  #parsedLines = 0;
  #nextId = 1;

  constructor(options: LineProcessOptions) {
    this.process = new LineProcess(options);
  }

  /** Sends a request and resolves to its result; a refused request throws what the peer said. */
  async request<Result>(command: string, fields: object = {}): Promise<Result> {
    const id = this.#nextId++;
    this.process.write(JSON.stringify({ id, command, ...fields }));
    const reply = await this.process.waitFor(
      () => {
        this.#parse();
        return this.#replies.get(id);
      },
      REQUEST_TIMEOUT_MS,
      `a reply to "${command}"`,
    );
    this.#replies.delete(id);
    if (!reply.ok) throw new Error(this.process.describe(`refused "${command}": ${reply.error}`));
    return reply.result as Result;
  }

  /** The first event of that name, past or future, that fits. */
  async waitForEvent(
    event: string,
    timeoutMs: number,
    fits: (event: PeerEvent) => boolean = () => true,
  ): Promise<PeerEvent> {
    return this.process.waitFor(
      () => {
        this.#parse();
        return this.events.find((candidate) => candidate.event === event && fits(candidate));
      },
      timeoutMs,
      `the event "${event}"`,
    );
  }

  /** The events of that name so far. */
  eventsNamed(event: string): readonly PeerEvent[] {
    this.#parse();
    return this.events.filter((candidate) => candidate.event === event);
  }

  async stop(): Promise<void> {
    await this.process.stop();
  }

  #parse(): void {
    for (; this.#parsedLines < this.process.lines.length; this.#parsedLines++) {
      const line = this.process.lines[this.#parsedLines];
      if (line === undefined || line.stream !== "stdout" || !line.text.startsWith("{")) continue;
      const message = JSON.parse(line.text) as PeerEvent | Reply;
      if ("event" in message) this.events.push(message);
      else this.#replies.set(message.id, message);
    }
  }
}
