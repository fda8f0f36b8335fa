/** The completion hook as it is typed: a program, or a program with arguments as a JSON list. No shell ever sees it. */
import { resolve } from "node:path";
import { ClientError } from "../../core/errors.ts";
import { isNone } from "./key-values.ts";

/** `none` is no hook. A program that is named with a folder is found from where the command runs. Throws USAGE. */
export function parseHook(text: string, key: string): readonly string[] | null {
  if (isNone(text)) return null;
  const [program = "", ...rest] = text.startsWith("[") ? parseList(text, key) : [text];
  return [/[\\/]/.test(program) ? resolve(program) : program, ...rest];
}

export function hookText(hook: readonly string[] | null): string {
  if (hook === null) return "none";
  return hook.length === 1 ? (hook[0] as string) : JSON.stringify(hook);
}

function parseList(text: string, key: string): readonly string[] {
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list) && list.length > 0 && list.every((part) => typeof part === "string")) return list;
  } catch {
    // Falls through: it is no JSON.
  }
  throw new ClientError("USAGE", `${key}: this is not a list of texts`, {
    hint: `Use a program, or a list such as ["notify-send","done"].`,
  });
}
