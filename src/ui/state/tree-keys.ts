/** What keys do to lines of a tree of files: fold, unfold, want, sooner, later. Of a folder they mean all that is in it. */
import type { FileSnapshot } from "../../session/session-view.ts";
import { parentLine, treeLines } from "./file-tree.ts";

export interface TreeCursor {
  readonly cursor: number;
  readonly folded: ReadonlySet<string>;
}

/** Fold: the folder, or on a line that cannot be folded up to its folder. Unfold: the folder, or one line on. */
export function turnFold(
  files: readonly FileSnapshot[],
  { cursor, folded }: TreeCursor,
  action: "fold" | "unfold",
): TreeCursor {
  const lines = treeLines(files, folded);
  const line = lines[cursor];
  if (line === undefined || line.kind === "file" || line.isFolded === (action === "fold")) {
    const at = action === "fold" ? parentLine(lines, cursor) : cursor;
    return { cursor: at < 0 ? cursor : at, folded };
  }
  const changed = new Set(folded);
  if (action === "fold") changed.add(line.path);
  else changed.delete(line.path);
  return { cursor, folded: changed };
}

/** Steps between "not wanted" and "before all others", as the session knows them. */
const PRIORITIES = [0, 1, 4, 7] as const;
export const NORMAL_PRIORITY = 4;

/** The priorities after the action on the line under the cursor: what is mixed in a folder becomes one. */
export function changedPriorities(
  files: readonly FileSnapshot[],
  current: readonly number[],
  { cursor, folded }: TreeCursor,
  action: "toggle-file" | "raise-priority" | "lower-priority",
): readonly number[] {
  const line = treeLines(files, folded)[cursor];
  if (line === undefined) return current;
  const highest = Math.max(...line.files.map((index) => current[index] ?? 0));
  const next = stepped(highest, action);
  const changed = [...current];
  for (const index of line.files) changed[index] = next;
  return changed;
}

function stepped(priority: number, action: "toggle-file" | "raise-priority" | "lower-priority"): number {
  switch (action) {
    case "toggle-file":
      return priority === 0 ? NORMAL_PRIORITY : 0;
    case "raise-priority":
      return PRIORITIES.find((step) => step > priority) ?? priority;
    case "lower-priority":
      return PRIORITIES.findLast((step) => step < priority) ?? priority;
  }
}
