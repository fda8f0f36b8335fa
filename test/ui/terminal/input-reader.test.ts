import { expect, test } from "vitest";
import type { InputEvent } from "../../../src/ui/terminal/input-events.ts";
import { InputReader, PASTE_GUARD_MS } from "../../../src/ui/terminal/input-reader.ts";
import { ManualClock } from "../support/manual-clock.ts";

const MAGNET = "magnet:?xt=urn:btih:4be190c2a1f3d5e7b9081726354453627180f9a8";

function aReader(): { clock: ManualClock; type: (text: string) => void; names: () => string[] } {
  const clock = new ManualClock();
  const events: InputEvent[] = [];
  const reader = new InputReader(clock, 25, (batch) => events.push(...batch));
  return {
    clock,
    type: (text) => reader.read(new TextEncoder().encode(text)),
    names: () =>
      events.map((event) =>
        event.kind === "key" ? event.key : event.kind === "paste" ? event.text : event.kind,
      ),
  };
}

test("an Escape alone is a key once nothing followed it", () => {
  const { clock, type, names } = aReader();

  type("\x1b");
  clock.advance(24);
  expect(names()).toEqual([]);
  clock.advance(1);
  expect(names()).toEqual(["esc"]);
});

test("a paste whose end was lost is ended after a while", () => {
  const { clock, type, names } = aReader();

  type("\x1b[200~lost");
  clock.advance(2000);
  expect(names()).toEqual(["lost"]);
});

test("a magnet that arrives as fast text is a paste, across chunks and with its line end", () => {
  const { clock, type, names } = aReader();

  type(MAGNET.slice(0, 20));
  clock.advance(10);
  type(`${MAGNET.slice(20)}\r`);
  expect(names()).toEqual([]);
  clock.advance(40);
  expect(names()).toEqual([`${MAGNET}\n`]);
});

test("an info-hash that arrives as fast text is a paste", () => {
  const { clock, type, names } = aReader();

  type("4be190c2a1f3d5e7b9081726354453627180f9a8");
  clock.advance(40);
  expect(names()).toEqual(["4be190c2a1f3d5e7b9081726354453627180f9a8"]);
});

test("a key held down over a slow line stays so many keys", () => {
  const { clock, type, names } = aReader();

  type("j".repeat(60));
  clock.advance(40);
  expect(names()).toEqual(Array(60).fill("j"));
});

test("TU07: keys that come with the end of a paste do nothing, later ones do", () => {
  const { clock, type, names } = aReader();

  type(`\x1b[200~${MAGNET}\x1b[201~\r; rm\r`);
  clock.advance(PASTE_GUARD_MS);
  type("\r");
  expect(names()).toEqual([MAGNET, "enter"]);
});

test("nothing is left to wait for once everything was delivered", () => {
  const { clock, type } = aReader();

  type("\x1b");
  type("[A");
  type(MAGNET);
  clock.advance(100);
  expect(clock.pendingTimers).toBe(0);
});
