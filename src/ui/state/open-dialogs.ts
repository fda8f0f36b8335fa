/** Dialogs as they look when they are opened. */
import { formatRateLimit } from "./rate-limit-text.ts";
import { textField } from "./text-field.ts";
import type { AddDialog, LimitsDialog, World } from "./ui-state.ts";

/** The add dialog with `text` as what is to be added; enter starts it. */
export function openAddDialog(world: World, text: string): AddDialog {
  return {
    kind: "add",
    source: textField(text.trim()),
    folder: textField(world.snapshot.defaultFolder),
    start: "now",
    focus: "source",
    isBusy: false,
    failure: null,
  };
}

export function openLimitsDialog({ snapshot }: World): LimitsDialog {
  return {
    kind: "limits",
    down: textField(formatRateLimit(snapshot.maxDownBytesPerSecond)),
    up: textField(formatRateLimit(snapshot.maxUpBytesPerSecond)),
    focus: "down",
    failure: null,
  };
}
