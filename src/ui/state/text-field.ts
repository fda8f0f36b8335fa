/** A line of text being edited: pure values and operations, by grapheme, with the keys of a shell's prompt. */
import type { KeyInput } from "../terminal/input-events.ts";

export interface TextField {
  readonly value: string;
  /** Index into `value`, always on the border of a grapheme. */
  readonly cursor: number;
}

/** Longest field, in UTF-16 units (threats section 5: a paste is shown up to 8 KiB). */
export const MAX_FIELD_LENGTH = 8192;

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;

/** A field that holds `value`, with the cursor at its end. */
export function textField(value = ""): TextField {
  const bounded = value.replace(CONTROLS, " ").slice(0, MAX_FIELD_LENGTH);
  return { value: bounded, cursor: bounded.length };
}

/** `text` put in at the cursor; line ends and controls become spaces. */
export function insertText(field: TextField, text: string): TextField {
  const clean = text.replace(CONTROLS, " ").slice(0, MAX_FIELD_LENGTH - field.value.length);
  const value = field.value.slice(0, field.cursor) + clean + field.value.slice(field.cursor);
  return { value, cursor: field.cursor + clean.length };
}

/** The field after `input`; undefined if the key means nothing to a field. */
export function editField(field: TextField, input: KeyInput): TextField | undefined {
  const { value, cursor } = field;
  switch (input.key) {
    case "left":
    case "ctrl+b":
      return { value, cursor: before(value, cursor) };
    case "right":
    case "ctrl+f":
      return { value, cursor: after(value, cursor) };
    case "home":
    case "ctrl+a":
      return { value, cursor: 0 };
    case "end":
    case "ctrl+e":
      return { value, cursor: value.length };
    case "ctrl+left":
    case "alt+b":
      return { value, cursor: wordStart(value, cursor) };
    case "ctrl+right":
    case "alt+f":
      return { value, cursor: wordEnd(value, cursor) };
    case "backspace":
      return remove(field, before(value, cursor), cursor);
    case "delete":
    case "ctrl+d":
      return remove(field, cursor, after(value, cursor));
    case "ctrl+w":
    case "alt+backspace":
      return remove(field, wordStart(value, cursor), cursor);
    case "ctrl+u":
      return remove(field, 0, cursor);
    case "ctrl+k":
      return remove(field, cursor, value.length);
    default:
      return input.text === "" ? undefined : insertText(field, input.text);
  }
}

function remove(field: TextField, from: number, to: number): TextField {
  return { value: field.value.slice(0, from) + field.value.slice(to), cursor: from };
}

function before(value: string, cursor: number): number {
  let last = 0;
  for (const { index } of graphemes.segment(value.slice(0, cursor))) last = index;
  return last;
}

function after(value: string, cursor: number): number {
  for (const { segment } of graphemes.segment(value.slice(cursor))) return cursor + segment.length;
  return cursor;
}

function wordStart(value: string, cursor: number): number {
  return value.slice(0, cursor).replace(/\S+\s*$/u, "").length;
}

function wordEnd(value: string, cursor: number): number {
  return cursor + (/^\s*\S+/u.exec(value.slice(cursor))?.[0].length ?? 0);
}
