/** The events of a recording in order, each with the answers that the engine was given while it dealt with it. */
import type { Endpoint } from "../../core/endpoint.ts";
import {
  DIALLED,
  FLAG,
  FLOAT,
  INTEGER,
  isContent,
  isEvent,
  QUEUED,
  RANK,
  RecordReader,
  SLAB,
  TOLD,
  WROTE,
} from "../../wire/index.ts";
import { type RecordOf, readRecord } from "./recording-file.ts";

/** The engine does something else than what was recorded. */
export class Divergence extends Error {}

/** The recording ends within an event: it was cut off there. */
export class RecordingEnds extends Error {}

const ANSWERS: Readonly<Record<number, string>> = {
  [FLOAT]: "draws a number",
  [INTEGER]: "draws a whole number",
  [RANK]: "asks for the rank of a peer",
  [SLAB]: "asks for memory",
  [WROTE]: "sends a block",
  [QUEUED]: "asks what waits to be sent",
  [FLAG]: "asks about uTP",
  [DIALLED]: "dials",
  [TOLD]: "tells its owner",
};

export class ReplayScript {
  readonly #reader: RecordReader;
  #next: RecordOf | undefined;
  #told = 0;

  constructor(records: Uint8Array) {
    this.#reader = new RecordReader(records);
    this.#advance();
  }

  /** The next event; undefined at the end. */
  event(): RecordOf | undefined {
    const record = this.#next;
    if (record !== undefined && !isEvent(record.kind))
      throw new Divergence(`the engine no longer ${ANSWERS[record.kind] ?? "asks what it asked"}`);
    this.#advance();
    return record;
  }

  /** The engine told its owner an event; `perform` does what the owner said to it meanwhile. */
  told(perform: (event: RecordOf) => void): void {
    const number = ++this.#told;
    while (this.#next?.kind === TOLD && this.#next.fields[0] === number) {
      this.#advance();
      const event = this.event();
      if (event === undefined) throw new RecordingEnds();
      perform(event);
    }
  }

  number(kind: typeof FLOAT | typeof INTEGER | typeof RANK | typeof QUEUED): number {
    return this.#answer(kind) as number;
  }

  flag(kind: typeof SLAB | typeof WROTE | typeof FLAG): boolean {
    return this.#answer(kind) === 1;
  }

  address(): Endpoint {
    return this.#answer(DIALLED) as Endpoint;
  }

  #answer(kind: number): unknown {
    const record = this.#next;
    if (record === undefined) throw new RecordingEnds();
    if (record.kind !== kind) {
      const recorded = isEvent(record.kind) ? "is done with the event" : ANSWERS[record.kind];
      throw new Divergence(`the engine ${ANSWERS[kind]}, where in the recording it ${recorded}`);
    }
    this.#advance();
    return record.fields[0];
  }

  #advance(): void {
    do {
      this.#next = this.#reader.isAtEnd ? undefined : readRecord(this.#reader);
    } while (this.#next !== undefined && isContent(this.#next.kind));
  }
}
