/**
 * The one sanitiser between text that a remote party chose and a terminal (threats section 5). It works by code
 * point, never by recognising escape sequences: what could steer a terminal, hide or reorder is replaced by U+FFFD,
 * one for one, so that two different names stay different. Widths and cutting by cells are the viewer's business.
 */
import { utf8Text } from "./bytes.ts";
import type { Brand } from "./ids.ts";

/** Text without a code point that can move a cursor, hide, or reverse its neighbours. Obtained from `safeText` only. */
export type SafeText = Brand<string, "SafeText">;

/** Longest name that reaches a layout, in code points (threats section 5, item 3). */
export const MAX_SAFE_CODE_POINTS = 255;

/** Marks that may stand on one base (threats section 5, item 3): stacked without end they cover other lines. */
const MAX_MARKS_PER_BASE = 2;

const REPLACEMENT = "\ufffd";

/**
 * Code points that are invisible, steer a terminal or change the direction of text, as the inside of a regular
 * expression's class: C0, DEL, C1, lone surrogates, line and paragraph separators, bidi controls, zero-width and
 * fillers, tags. Spelled out rather than taken from Unicode properties where names on disk depend on it: a newer
 * runtime must not rename files. Variation selectors are not among them.
 */
export const DECEPTIVE_CODE_POINTS: string =
  "\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f" +
  "\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ud800-\\udfff\\ufeff\\uffa0\\ufff0-\\ufffb" +
  "\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e00ff}\\u{e01f0}-\\u{e0fff}";

const HOSTILE = new RegExp(`[${DECEPTIVE_CODE_POINTS}\\p{Co}\\p{Cn}]`, "gu");
const STRAY_SELECTOR = /(?<!\p{Emoji})[\ufe0e\ufe0f]|[\ufe00-\ufe0d\u{e0100}-\u{e01ef}]/gu;
const EXCESS_MARKS = new RegExp(`([\\p{Mn}\\p{Me}]{${MAX_MARKS_PER_BASE}})[\\p{Mn}\\p{Me}]+`, "gu");

/** UTF-16 units read for each code point that may come out: bounds the work on text that is all marks. */
const UNITS_READ_PER_POINT = 32;

/**
 * `untrusted` made fit for a terminal: NFC, at most `maxCodePoints`, the last of which is `…` when it was cut.
 * Idempotent; the result holds no line break and no byte below 0x20.
 */
export function safeText(
  untrusted: string | Uint8Array,
  maxCodePoints: number = MAX_SAFE_CODE_POINTS,
): SafeText {
  const text = typeof untrusted === "string" ? untrusted : utf8Text(untrusted);
  const beginning = text.slice(0, maxCodePoints * UNITS_READ_PER_POINT);
  const clean = beginning
    .normalize("NFC")
    .replace(HOSTILE, REPLACEMENT)
    .replace(STRAY_SELECTOR, REPLACEMENT)
    .replace(EXCESS_MARKS, "$1");
  const points = [...clean];
  if (points.length <= maxCodePoints && beginning.length === text.length) return clean as SafeText;
  return `${points.slice(0, maxCodePoints - 1).join("")}…` as SafeText;
}
