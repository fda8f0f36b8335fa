import fc from "fast-check";
import { expect, test } from "vitest";
import {
  editField,
  insertText,
  MAX_FIELD_LENGTH,
  type TextField,
  textField,
} from "../../../src/ui/state/text-field.ts";
import type { KeyInput } from "../../../src/ui/terminal/input-events.ts";

const key = (name: string): KeyInput => ({
  kind: "key",
  key: name,
  text: name.length === 1 ? name : name === "space" ? " " : "",
});
const typeKeys = (field: TextField, ...names: readonly string[]): TextField =>
  names.reduce((edited, name) => editField(edited, key(name)) ?? edited, field);

test("types at the cursor and moves by grapheme", () => {
  const field = typeKeys(textField("a👍🏽"), "left", "b", "right", "c");
  expect(field).toEqual({ value: "ab👍🏽c", cursor: 7 });
});

test.each([
  ["backspace", "one two", "one tw"],
  ["ctrl+w", "one two", "one "],
  ["ctrl+u", "one two", ""],
  ["alt+backspace", "one two  ", "one "],
])("%s at the end of %j leaves %j", (name, before, after) => {
  expect(typeKeys(textField(before), name).value).toBe(after);
});

test("deletes to the right of the cursor", () => {
  expect(typeKeys(textField("one two"), "home", "delete").value).toBe("ne two");
  expect(typeKeys(textField("one two"), "home", "ctrl+right", "ctrl+k").value).toBe("one");
});

test("keys that are no editing are left to others", () => {
  expect(editField(textField("x"), key("enter"))).toBeUndefined();
  expect(editField(textField("x"), key("up"))).toBeUndefined();
});

test("pasted line ends and controls become spaces, and a field has an end", () => {
  expect(insertText(textField(), "a\r\nb\x1bc").value).toBe("a b c");
  expect(insertText(textField("x"), "y".repeat(20_000)).value).toHaveLength(MAX_FIELD_LENGTH);
});

test("the cursor is always within the text, whatever is pressed", () => {
  const names = fc.constantFrom(
    "a",
    "é",
    "space",
    "left",
    "right",
    "home",
    "end",
    "backspace",
    "delete",
    "ctrl+w",
    "ctrl+k",
    "ctrl+left",
    "ctrl+right",
  );
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme", maxLength: 10 }),
      fc.array(names, { maxLength: 20 }),
      (text, pressed) => {
        const { value, cursor } = typeKeys(textField(text), ...pressed);
        expect(cursor).toBeGreaterThanOrEqual(0);
        expect(cursor).toBeLessThanOrEqual(value.length);
      },
    ),
    { numRuns: 2000 },
  );
});
