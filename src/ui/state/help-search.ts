/** Finds keys by what they do. */
import { type Binding, KEY_MAP } from "./key-map.ts";

/** Every key but the one that brought the user here. */
export const HELP_ENTRIES: readonly Binding[] = KEY_MAP.filter(({ action }) => action !== "help");

/** Bindings of which every word of `query` occurs in key, label or description; all for an empty one. */
export function searchHelp(query: string): readonly Binding[] {
  const words = query
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== "");
  return HELP_ENTRIES.filter((binding) => {
    const text = `${binding.keys.join(" ")} ${binding.label} ${binding.help} ${binding.group}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
