/** Finds keys and commands by what they do, and does it. */
import { COMMANDS } from "./commands.ts";
import { type ActionId, actionFor, type HelpGroup, KEY_MAP } from "./key-map.ts";
import { perform } from "./perform.ts";
import { textField } from "./text-field.ts";
import { noticed, stay } from "./transitions.ts";
import { contextOf, type Transition, type UiState, type World } from "./ui-state.ts";

export interface HelpEntry {
  /** Null for a command of the command line. */
  readonly action: ActionId | null;
  readonly keys: readonly string[];
  readonly group: HelpGroup;
  readonly help: string;
  readonly label: string;
}

/** Every key but the one that brought the user here, then what the command line knows beyond them. */
export const HELP_ENTRIES: readonly HelpEntry[] = [
  ...KEY_MAP.filter(({ action }) => action !== "help"),
  ...COMMANDS.filter(({ argument }) => argument !== "").map(({ name, help }): HelpEntry => {
    return { action: null, keys: [`:${name}`], group: "COMMANDS", help, label: name };
  }),
];

/** Entries of which every word of `query` occurs in key, label or description; all for an empty one. */
export function searchHelp(query: string): readonly HelpEntry[] {
  const words = query
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== "");
  return HELP_ENTRIES.filter((entry) => {
    const text = `${entry.keys.join(" ")} ${entry.label} ${entry.help} ${entry.group}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Does what the entry says; a command is put into the command line, for its argument. */
export function runHelpEntry(state: UiState, { action, keys, help }: HelpEntry, world: World): Transition {
  const [key = ""] = keys;
  if (action === null) {
    const command = { field: textField(`${key.slice(1)} `), completing: null };
    return stay({ ...state, command });
  }
  if (actionFor(contextOf(state.view), key) === action) return perform(state, action, key, world);
  return noticed(state, world, `"${help}" works on another screen.`, "look");
}
