import { expect, test } from "vitest";
import type { PeerConnection } from "../../../src/wire/peer/peer-connection.ts";
import { HavePacing } from "../../../src/wire/swarm/have-pacing.ts";

/** What pacing knows of a connection. */
class Reader {
  isClosed = false;
  isPaused = false;
  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
  }
}

const asPeer = (reader: Reader) => reader as unknown as PeerConnection;

test("whoever floods us with HAVEs is read from in turn, one a tick; others are never paused", () => {
  const pacing = new HavePacing();
  const flood = Array.from({ length: 4 }, () => new Reader());
  const calm = new Reader();
  for (const reader of flood) pacing.received(asPeer(reader), 29_000);
  pacing.received(asPeer(calm), 100);
  expect([...flood, calm].map((reader) => reader.isPaused)).toEqual([true, true, true, true, false]);

  pacing.tick();
  expect(flood.map((reader) => reader.isPaused)).toEqual([false, true, true, true]);
  pacing.received(asPeer(flood[0] as Reader), 29_000);
  (flood[1] as Reader).isClosed = true;
  pacing.tick();
  expect(flood.map((reader) => reader.isPaused)).toEqual([true, true, false, true]);
  pacing.tick();
  pacing.tick();
  expect(flood.map((reader) => reader.isPaused)).toEqual([false, true, false, false]);
});
