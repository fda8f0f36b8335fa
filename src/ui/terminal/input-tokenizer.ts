/**
 * From bytes read to what the user did. A pure state machine: the same bytes give the same events however they were
 * split into chunks; time enters only through `flush`, which the owner calls when `pending` lasted too long.
 *
 *   state     leaves by                                 `flush` gives
 *   ground    ESC -> escape                             nothing
 *   escape    [ -> csi, O -> ss3, ] P ^ _ X -> string,  the Escape key
 *             ESC -> escape (an Escape key), other -> ground (alt+key)
 *   csi       a final byte 40-7E                        nothing (`alt+[` if nothing followed)
 *   ss3       any                                       alt+O
 *   x10       three characters (old mouse coding)       nothing
 *   string    BEL or ESC \                              nothing
 *   paste     ESC [ 201 ~                               the paste so far
 *
 * Ink's own input is not used: it reports chunks (`"jjj"` as one key), splits pastes, and takes an Escape that
 * travels apart from its sequence for a key.
 */
import type { InputEvent, MouseInput } from "./input-events.ts";
import { characterKey, csiKey, linuxFunctionKey, ss3Key } from "./key-sequences.ts";

/** Characters kept of one paste; more is read and dropped. A list of some thousand magnet links fits. */
export const MAX_PASTE_CHARACTERS: number = 1024 * 1024;
/** Longest parameter part of a sequence; longer ones are no terminal's. */
const MAX_SEQUENCE_CHARACTERS = 64;
const PASTE_END = "\x1b[201~";
const ESC = "\x1b";

type State = "ground" | "escape" | "csi" | "linux-csi" | "ss3" | "x10" | "string" | "string-escape" | "paste";

/** What the tokenizer waits for: the rest of a key, of a longer sequence, or of a paste. */
export type Pending = "nothing" | "escape" | "sequence" | "paste";

export class InputTokenizer {
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #state: State = "ground";
  #parameters = "";
  #x10Left = 0;
  #paste: string[] = [];
  #pasteLength = 0;
  /** Beginning of `PASTE_END` that has been read and may turn out to be content. */
  #pasteTail = "";
  #events: InputEvent[] = [];

  get pending(): Pending {
    if (this.#state === "ground") return "nothing";
    if (this.#state === "paste") return "paste";
    return this.#state === "escape" ? "escape" : "sequence";
  }

  /** The events that `bytes` complete, in order. */
  push(bytes: Uint8Array): InputEvent[] {
    for (const character of this.#decoder.decode(bytes, { stream: true })) this.#take(character);
    return this.#drain();
  }

  /** Gives up waiting: what is pending becomes the events that it is by itself. */
  flush(): InputEvent[] {
    const state = this.#state;
    const isBare = this.#parameters === "";
    this.#state = "ground";
    this.#parameters = "";
    if (state === "escape") this.#events.push(characterKey(ESC));
    else if (state === "ss3") this.#events.push(characterKey("O", true));
    else if (state === "csi" && isBare) this.#events.push(characterKey("[", true));
    else if (state === "paste") this.#endPaste(this.#pasteTail);
    return this.#drain();
  }

  #drain(): InputEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #take(character: string): void {
    switch (this.#state) {
      case "ground":
        if (character === ESC) this.#state = "escape";
        else this.#events.push(characterKey(character));
        break;
      case "escape":
        this.#takeAfterEscape(character);
        break;
      case "csi":
        this.#takeInSequence(character);
        break;
      case "linux-csi":
        this.#end(linuxFunctionKey(character));
        break;
      case "ss3":
        if (character === ESC) this.#restartEscape();
        else this.#end(ss3Key(character));
        break;
      case "x10":
        if (--this.#x10Left === 0) this.#state = "ground";
        break;
      case "string":
        if (character === "\x07") this.#state = "ground";
        else if (character === ESC) this.#state = "string-escape";
        break;
      case "string-escape":
        this.#state = character === "\\" ? "ground" : "string";
        break;
      case "paste":
        this.#takeInPaste(character);
        break;
    }
  }

  #takeAfterEscape(character: string): void {
    if (character === "[") this.#state = "csi";
    else if (character === "O") this.#state = "ss3";
    else if ("]P^_X".includes(character)) this.#state = "string";
    else if (character === ESC) this.#events.push(characterKey(ESC));
    else this.#end(characterKey(character, true));
  }

  #takeInSequence(character: string): void {
    const code = character.codePointAt(0) ?? 0;
    if (character === ESC) {
      this.#restartEscape();
    } else if (character === "[" && this.#parameters === "") {
      this.#state = "linux-csi";
    } else if (code >= 0x40 && code <= 0x7e) {
      const parameters = this.#parameters;
      this.#parameters = "";
      this.#state = "ground";
      this.#endSequence(parameters, character);
    } else if (code >= 0x20 && code < 0x40 && this.#parameters.length < MAX_SEQUENCE_CHARACTERS) {
      this.#parameters += character;
    } else {
      this.#end(undefined);
    }
  }

  #endSequence(parameters: string, final: string): void {
    if (final === "~" && parameters === "200") {
      this.#state = "paste";
    } else if (parameters === "" && final === "M") {
      this.#state = "x10";
      this.#x10Left = 3;
    } else {
      const event = reportEvent(parameters, final) ?? csiKey(parameters, final);
      if (event !== undefined) this.#events.push(event);
    }
  }

  #takeInPaste(character: string): void {
    const tail = this.#pasteTail + character;
    if (tail === PASTE_END) {
      this.#state = "ground";
      this.#endPaste("");
    } else if (PASTE_END.startsWith(tail)) {
      this.#pasteTail = tail;
    } else {
      this.#keep(this.#pasteTail);
      this.#pasteTail = character === ESC ? ESC : "";
      if (character !== ESC) this.#keep(character);
    }
  }

  #keep(text: string): void {
    if (text === "" || this.#pasteLength >= MAX_PASTE_CHARACTERS) return;
    this.#paste.push(text);
    this.#pasteLength += text.length;
  }

  #endPaste(rest: string): void {
    this.#keep(rest);
    const text = this.#paste.join("").replace(/\r\n?/g, "\n");
    this.#paste = [];
    this.#pasteLength = 0;
    this.#pasteTail = "";
    this.#events.push({ kind: "paste", text });
  }

  #restartEscape(): void {
    this.#parameters = "";
    this.#state = "escape";
  }

  #end(event: InputEvent | undefined): void {
    this.#parameters = "";
    this.#state = "ground";
    if (event !== undefined) this.#events.push(event);
  }
}

/** Focus, mode and mouse reports; undefined for anything else. */
function reportEvent(parameters: string, final: string): InputEvent | undefined {
  if (parameters === "" && final === "I") return { kind: "focus", isFocused: true };
  if (parameters === "" && final === "O") return { kind: "focus", isFocused: false };
  const mode = final === "y" ? /^\?(\d+);(\d+)\$$/.exec(parameters) : null;
  if (mode !== null) return { kind: "mode-report", mode: Number(mode[1]), setting: Number(mode[2]) };
  const mouse = final === "M" || final === "m" ? /^<(\d+);(\d+);(\d+)$/.exec(parameters) : null;
  if (mouse === null) return undefined;
  return mouseEvent(Number(mouse[1]), Number(mouse[2]), Number(mouse[3]), final === "m");
}

/** SGR coding: bits 0-1 button, 5 motion, 6 wheel; places count from 1. */
function mouseEvent(code: number, column: number, row: number, isRelease: boolean): MouseInput {
  const at = { column: Math.max(0, column - 1), row: Math.max(0, row - 1) };
  if ((code & 64) !== 0) {
    return { kind: "mouse", action: (code & 1) === 0 ? "wheel-up" : "wheel-down", button: 0, ...at };
  }
  const action = (code & 32) !== 0 ? "move" : isRelease ? "release" : "press";
  return { kind: "mouse", action, button: code & 3, ...at };
}
