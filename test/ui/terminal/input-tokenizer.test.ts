import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { InputEvent } from "../../../src/ui/terminal/input-events.ts";
import { InputTokenizer, MAX_PASTE_CHARACTERS } from "../../../src/ui/terminal/input-tokenizer.ts";
import { fuzzRuns } from "../../support/fuzz-runs.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Events of `text` read at once, and of what was left pending. */
function read(text: string | Uint8Array): InputEvent[] {
  const tokenizer = new InputTokenizer();
  const events = tokenizer.push(typeof text === "string" ? bytesOf(text) : text);
  return [...events, ...tokenizer.flush()];
}

const keys = (text: string): string[] =>
  read(text).map((event) => (event.kind === "key" ? event.key : event.kind));

describe("keys", () => {
  test("every character of a fast burst is a key of its own", () => {
    expect(keys("jjj")).toEqual(["j", "j", "j"]);
  });

  test.each([
    ["\r", "enter"],
    ["\n", "enter"],
    ["\t", "tab"],
    ["\x7f", "backspace"],
    ["\x08", "backspace"],
    [" ", "space"],
    ["\x03", "ctrl+c"],
    ["\x1a", "ctrl+z"],
    ["\x00", "ctrl+space"],
    ["\x1b", "esc"],
    ["\x1b\x1b", "esc,esc"],
    ["\x1bx", "alt+x"],
    ["\x1b\r", "alt+enter"],
    ["\x1b[A", "up"],
    ["\x1bOA", "up"],
    ["\x1b[1;5C", "ctrl+right"],
    ["\x1b[1;2A", "shift+up"],
    ["\x1b[Z", "shift+tab"],
    ["\x1b[3~", "delete"],
    ["\x1b[5~", "pageup"],
    ["\x1b[1~", "home"],
    ["\x1b[H", "home"],
    ["\x1bOF", "end"],
    ["\x1b[15~", "f5"],
    ["\x1bOP", "f1"],
    ["\x1b[[B", "f2"],
    ["\x1bOM", "enter"],
    ["\x1bOr", "2"],
    ["\x1b[97;5u", "ctrl+a"],
    ["\x1b[27u", "esc"],
    ["\x1b[32u", "space"],
    ["\x1b[27;5;106~", "ctrl+j"],
    ["é", "é"],
    ["漢", "漢"],
    ["😀", "😀"],
  ])("%j is %s", (bytes, name) => {
    expect(keys(bytes).join(",")).toBe(name);
  });

  test("only printable keys carry text", () => {
    expect(read("aé \x01\x1b[A\x1bx").map((event) => (event.kind === "key" ? event.text : "?"))).toEqual([
      "a",
      "é",
      " ",
      "",
      "",
      "",
    ]);
  });

  test("an Escape that travels apart from its sequence is still that sequence", () => {
    const tokenizer = new InputTokenizer();

    expect(tokenizer.push(bytesOf("\x1b"))).toEqual([]);
    expect(tokenizer.pending).toBe("escape");
    expect(tokenizer.push(bytesOf("[B"))).toEqual([{ kind: "key", key: "down", text: "" }]);
    expect(tokenizer.pending).toBe("nothing");
  });

  test("sequences that mean nothing here are swallowed whole", () => {
    expect(
      keys("\x1b[?62;22ca\x1b]11;rgb:0000/0000/0000\x1b\\b\x1bP1$r0m\x1b\\c\x1b[M !!d\x1b[5;7Re"),
    ).toEqual(["a", "b", "c", "d", "e"]);
  });
});

describe("pastes", () => {
  test("a bracketed paste is one event with its line ends as newlines", () => {
    expect(read("\x1b[200~one\r\ntwo\rthree\x1b[201~q")).toEqual([
      { kind: "paste", text: "one\ntwo\nthree" },
      { kind: "key", key: "q", text: "q" },
    ]);
  });

  test("a paste split at any byte is the same paste", () => {
    const bytes = bytesOf("\x1b[200~magnet:?xt=urn:btih:é\x1b[20 漢\x1b[201~");
    for (let at = 1; at < bytes.length; at++) {
      const tokenizer = new InputTokenizer();
      const events = [...tokenizer.push(bytes.subarray(0, at)), ...tokenizer.push(bytes.subarray(at))];
      expect(events).toEqual([{ kind: "paste", text: "magnet:?xt=urn:btih:é\x1b[20 漢" }]);
    }
  });

  test("a paste without an end is given up by flush, with what came of it", () => {
    expect(read("\x1b[200~half\x1b[20")).toEqual([{ kind: "paste", text: "half\x1b[20" }]);
  });

  test("TU07: a paste keeps a bounded part and ends where it ends", () => {
    const [paste, after] = read(`\x1b[200~${"x".repeat(MAX_PASTE_CHARACTERS + 5000)}\x1b[201~q`);

    expect(paste?.kind === "paste" && paste.text.length).toBe(MAX_PASTE_CHARACTERS);
    expect(after).toEqual({ kind: "key", key: "q", text: "q" });
  });
});

describe("reports", () => {
  test("mouse, focus and mode reports are events of their kinds", () => {
    expect(read("\x1b[<0;10;5M\x1b[<0;10;5m\x1b[<64;1;1M\x1b[<65;1;1M\x1b[I\x1b[O\x1b[?2026;2$y")).toEqual([
      { kind: "mouse", action: "press", button: 0, column: 9, row: 4 },
      { kind: "mouse", action: "release", button: 0, column: 9, row: 4 },
      { kind: "mouse", action: "wheel-up", button: 0, column: 0, row: 0 },
      { kind: "mouse", action: "wheel-down", button: 0, column: 0, row: 0 },
      { kind: "focus", isFocused: true },
      { kind: "focus", isFocused: false },
      { kind: "mode-report", mode: 2026, setting: 2 },
    ]);
  });
});

describe("any bytes", () => {
  const pieces = fc.oneof(
    fc.constantFrom(
      "\x1b",
      "\x1b[",
      "\x1b[A",
      "\x1bO",
      "\x1b[200~",
      "\x1b[201~",
      "\x1b[<0;1;1M",
      "\x1b]0;",
      "\x07",
    ),
    fc.constantFrom("j", " ", "é", "漢", "\x03", "\r", "~", "[", "magnet:?"),
    fc.string({ maxLength: 6 }),
  );
  const input = fc.oneof(
    fc.array(pieces, { maxLength: 12 }).map((parts) => bytesOf(parts.join(""))),
    fc.uint8Array({ maxLength: 40 }),
  );

  test("give the same events however they are split into chunks", () => {
    fc.assert(
      fc.property(input, fc.array(fc.nat({ max: 40 }), { maxLength: 6 }), (bytes, cuts) => {
        const tokenizer = new InputTokenizer();
        const borders = [
          0,
          ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b),
          bytes.length,
        ];
        const events = borders.flatMap((to, index) =>
          tokenizer.push(bytes.subarray(borders[index - 1] ?? 0, to)),
        );
        expect([...events, ...tokenizer.flush()]).toEqual(read(bytes));
      }),
      { numRuns: fuzzRuns() },
    );
  });

  test("never leave the tokenizer waiting after a flush", () => {
    fc.assert(
      fc.property(input, (bytes) => {
        const tokenizer = new InputTokenizer();
        tokenizer.push(bytes);
        tokenizer.flush();
        expect(tokenizer.pending).toBe("nothing");
        expect(tokenizer.push(bytesOf("q")).at(-1)).toEqual({ kind: "key", key: "q", text: "q" });
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
