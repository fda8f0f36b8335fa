/** Dialogs as they look when they are opened. */
import type { TorrentSnapshot } from "../../session/session-view.ts";
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
  return limitsDialog(null, snapshot.maxDownBytesPerSecond, snapshot.maxUpBytesPerSecond);
}

/** The limits of these torrents alone; what the first of them has stands in the fields. */
export function openTorrentLimitsDialog(torrents: readonly TorrentSnapshot[]): LimitsDialog {
  const [first] = torrents;
  const ids = torrents.map(({ id }) => id);
  return limitsDialog(ids, first?.maxDownBytesPerSecond ?? null, first?.maxUpBytesPerSecond ?? null);
}

function limitsDialog(ids: LimitsDialog["ids"], down: number | null, up: number | null): LimitsDialog {
  return {
    kind: "limits",
    ids,
    down: textField(formatRateLimit(down)),
    up: textField(formatRateLimit(up)),
    focus: "down",
    failure: null,
  };
}
