/**
 * Names of keys by the sequences that terminals send for them: xterm's cursor and function keys with modifiers,
 * keypad in application mode, `modifyOtherKeys` (CSI 27;m;c ~) and the CSI-u coding.
 */
import type { KeyInput } from "./input-events.ts";

const BY_FINAL: Readonly<Record<string, string>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  E: "center",
  F: "end",
  H: "home",
  P: "f1",
  Q: "f2",
  R: "f3",
  S: "f4",
};

const BY_NUMBER: Readonly<Record<number, string>> = {
  1: "home",
  2: "insert",
  3: "delete",
  4: "end",
  5: "pageup",
  6: "pagedown",
  7: "home",
  8: "end",
  11: "f1",
  12: "f2",
  13: "f3",
  14: "f4",
  15: "f5",
  17: "f6",
  18: "f7",
  19: "f8",
  20: "f9",
  21: "f10",
  23: "f11",
  24: "f12",
};

/** Linux console: `ESC [ [ A` to `E`. */
const LINUX_FUNCTION_KEYS = "ABCDE";

const KEYPAD: Readonly<Record<string, string>> = {
  M: "\r",
  j: "*",
  k: "+",
  l: ",",
  m: "-",
  n: ".",
  o: "/",
  X: "=",
};

/** Keys that are control characters; the names win over `ctrl+…`. */
const CONTROL_NAMES: Readonly<Record<number, string>> = {
  0: "ctrl+space",
  8: "backspace",
  9: "tab",
  10: "enter",
  13: "enter",
  27: "esc",
  28: "ctrl+\\",
  29: "ctrl+]",
  30: "ctrl+^",
  31: "ctrl+_",
  127: "backspace",
};

/** The key of one code point as typed, with an `alt+` in front if ESC preceded it. */
export function characterKey(character: string, hasAlt = false): KeyInput {
  const code = character.codePointAt(0) ?? 0;
  const alt = hasAlt ? "alt+" : "";
  const control = CONTROL_NAMES[code];
  if (control !== undefined) return { kind: "key", key: alt + control, text: "" };
  if (code < 0x20) return { kind: "key", key: `${alt}ctrl+${String.fromCharCode(code + 0x60)}`, text: "" };
  if (code >= 0x80 && code < 0xa0) return { kind: "key", key: "unknown", text: "" };
  const name = character === " " ? "space" : character;
  return { kind: "key", key: alt + name, text: hasAlt ? "" : character };
}

/** The key of `CSI parameters final`, undefined for sequences that are no key. */
export function csiKey(parameters: string, final: string): KeyInput | undefined {
  const numbers = parameters.split(";").map((part) => Number.parseInt(part, 10));
  const [first, second, third] = numbers;
  if (final === "Z") return key("tab", 2);
  if (final === "u") return codeKey(first, second);
  if (final === "~" && first === 27) return codeKey(third, second);
  // A letter with a first parameter other than 1 is a report, such as that of the cursor's place.
  const isReport = first !== 1 && !Number.isNaN(first);
  const name = final === "~" ? BY_NUMBER[first ?? 0] : isReport ? undefined : BY_FINAL[final];
  return name === undefined ? undefined : key(name, second);
}

/** The key of `ESC O final` (application mode). */
export function ss3Key(final: string): KeyInput | undefined {
  const name = BY_FINAL[final];
  if (name !== undefined) return key(name, undefined);
  const character =
    KEYPAD[final] ?? (final >= "p" && final <= "y" ? String(final.charCodeAt(0) - 112) : undefined);
  return character === undefined ? undefined : characterKey(character);
}

export function linuxFunctionKey(final: string): KeyInput | undefined {
  const index = LINUX_FUNCTION_KEYS.indexOf(final);
  return index === -1 ? undefined : key(`f${index + 1}`, undefined);
}

/** xterm codes modifiers as 1 + bits: 1 shift, 2 alt, 4 ctrl, 8 meta. */
function key(name: string, modifierParameter: number | undefined): KeyInput {
  const bits = (modifierParameter ?? 1) - 1;
  const ctrl = bits & 4 ? "ctrl+" : "";
  const alt = bits & 10 ? "alt+" : "";
  const shift = bits & 1 ? "shift+" : "";
  return { kind: "key", key: ctrl + alt + shift + name, text: "" };
}

/** A key given by its code point: control characters are named, letters with ctrl as usual. */
function codeKey(code: number | undefined, modifierParameter: number | undefined): KeyInput | undefined {
  if (code === undefined || !(code > 0 && code <= 0x10ffff)) return undefined;
  const bits = (modifierParameter ?? 1) - 1;
  const named = CONTROL_NAMES[code] ?? (code === 0x20 ? "space" : undefined);
  if (named !== undefined && !named.startsWith("ctrl+")) {
    if (bits === 0 && code === 0x20) return characterKey(" ");
    return key(named, modifierParameter);
  }
  if (code < 0x20 || (code >= 0xd800 && code < 0xe000)) return undefined;
  const character = String.fromCodePoint(code);
  if ((bits & 4) !== 0) {
    return { kind: "key", key: `${bits & 10 ? "alt+" : ""}ctrl+${character.toLowerCase()}`, text: "" };
  }
  return characterKey((bits & 1) !== 0 ? character.toUpperCase() : character, (bits & 10) !== 0);
}
