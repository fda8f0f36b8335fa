import { describe, expect, test } from "vitest";
import { HELP_ENTRIES, searchHelp } from "../../../src/ui/state/help-search.ts";
import {
  actionFor,
  bindingOf,
  CONTEXTS,
  hintActions,
  KEY_MAP,
  keyLabel,
} from "../../../src/ui/state/key-map.ts";

describe("the key map", () => {
  test("binds no key twice in one place", () => {
    for (const context of CONTEXTS) {
      const keys = KEY_MAP.filter(({ contexts }) => contexts.includes(context)).flatMap(
        (binding) => binding.keys,
      );
      expect(keys, context).toHaveLength(new Set(keys).size);
    }
  });

  test("gives a key one meaning everywhere; in the tree of files space and the arrows say what they do there", () => {
    const actions = new Map<string, Set<string>>();
    for (const { action, keys } of KEY_MAP) {
      for (const key of keys) actions.set(key, (actions.get(key) ?? new Set()).add(action));
    }
    const ambiguous = [...actions].filter(([, meanings]) => meanings.size > 1).map(([key]) => key);
    expect(ambiguous).toEqual(["right", "esc", "space"]);
  });

  test("every action has one binding with words for both lines", () => {
    expect(new Set(KEY_MAP.map(({ action }) => action)).size).toBe(KEY_MAP.length);
    for (const { label, help, keys, contexts } of KEY_MAP) {
      expect(label.length).toBeGreaterThan(0);
      expect(label.length).toBeLessThanOrEqual(13);
      expect(help.length).toBeGreaterThan(0);
      expect(help.length).toBeLessThanOrEqual(26);
      expect(keys.length * contexts.length).toBeGreaterThan(0);
    }
  });

  test("what is hinted at works there", () => {
    for (const context of CONTEXTS) {
      for (const isEmpty of [false, true]) {
        for (const action of hintActions(context, { isEmpty, canShare: true })) {
          expect(actionFor(context, bindingOf(action).keys[0] as string), `${action} in ${context}`).toBe(
            action,
          );
        }
      }
    }
  });

  test("leaves text to the fields: plain letters in lower case do nothing that cannot be undone", () => {
    const irreversible = KEY_MAP.filter(({ action }) => action === "remove-data");
    for (const { keys } of irreversible) for (const key of keys) expect(key).toBe(key.toUpperCase());
  });

  test("writes keys without arrows where there is only ASCII", () => {
    for (const { keys } of KEY_MAP)
      for (const key of keys) expect(keyLabel(key, true)).toMatch(/^[\x20-\x7e]+$/);
  });
});

describe("the help", () => {
  test("lists every key but its own, and the commands that take an argument", () => {
    expect(HELP_ENTRIES.filter(({ action }) => action !== null)).toHaveLength(KEY_MAP.length - 1);
    expect(searchHelp("")).toEqual(HELP_ENTRIES);
  });

  test("finds keys by any words about them", () => {
    expect(searchHelp("pause").map(({ action }) => action)).toEqual(["toggle-pause"]);
    expect(searchHelp("its files check").map(({ action }) => action)).toEqual(["verify"]);
    expect(searchHelp("no such thing")).toEqual([]);
  });
});
