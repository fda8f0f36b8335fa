/** What each dialog says: fields as they are, everything else in words. */
import type { SessionSnapshot, TorrentSnapshot } from "../../session/session-view.ts";
import { formatBytes, formatBytesRoughly, plural, shortHash } from "../format/quantities.ts";
import { confirmationWord } from "../state/confirmation-word.ts";
import { HELP_ENTRIES, searchHelp } from "../state/help-search.ts";
import type { HelpGroup } from "../state/key-map.ts";
import type { TextField } from "../state/text-field.ts";
import { isIncoming } from "../state/torrent-filter.ts";
import { findSources, isKeyLink, type PastedSource } from "../state/torrent-sources.ts";
import {
  type AddDialog,
  type Dialog,
  type Failure,
  findTorrent,
  type LimitsDialog,
  type MagnetDialog,
  type RemoveDialog,
  type ShareDialog,
  type World,
} from "../state/ui-state.ts";
import { buildDetail, type DetailModel } from "./detail-model.ts";
import { buildPick, type PickModel } from "./pick-model.ts";
import type { RateHistory } from "./rate-history.ts";

export interface AddModel {
  readonly kind: "add";
  readonly source: TextField;
  readonly folder: TextField;
  readonly start: AddDialog["start"];
  readonly focus: AddDialog["focus"];
  readonly isBusy: boolean;
  readonly failure: Failure | null;
  /** What was recognised in the source, a line each. */
  readonly found: readonly string[];
  readonly free: string | null;
}

export interface RemoveModel {
  readonly kind: "remove";
  /** The first few, and how many more. */
  readonly names: readonly string[];
  readonly deleteData: boolean;
  readonly folder: string;
  readonly onDisk: string;
  readonly word: string;
  readonly typed: TextField;
}

export interface HelpEntry {
  readonly group: HelpGroup;
  readonly keys: readonly string[];
  readonly help: string;
}

export interface HelpModel {
  readonly kind: "help";
  readonly query: TextField;
  readonly entries: readonly HelpEntry[];
  readonly total: number;
  readonly cursor: number;
}

export interface LimitsModel extends LimitsDialog {
  /** Name of the torrent, or their number; "" for all together. */
  readonly whose: string;
}

interface WhyModel {
  readonly kind: "why";
  readonly detail: DetailModel;
  readonly offset: number;
}

export interface QuitModel {
  readonly kind: "quit";
  readonly sentences: readonly string[];
}

export type DialogModel =
  | AddModel
  | PickModel
  | (ShareDialog & { readonly kind: "share" })
  | RemoveModel
  | LimitsModel
  | HelpModel
  | WhyModel
  | MagnetDialog
  | QuitModel;

/** Null when what the dialog was about is gone. */
export function buildDialog(dialog: Dialog, world: World, history: RateHistory): DialogModel | null {
  const { snapshot } = world;
  switch (dialog.kind) {
    case "add":
      return buildAdd(dialog, snapshot);
    case "pick":
      return buildPick(dialog, world);
    case "remove":
      return buildRemove(dialog, snapshot);
    case "help": {
      const found = searchHelp(dialog.query.value);
      const entries = found.map(({ group, keys, help }) => ({ group, keys, help }));
      return {
        kind: "help",
        query: dialog.query,
        entries,
        total: HELP_ENTRIES.length,
        cursor: dialog.cursor,
      };
    }
    case "why": {
      const torrent = findTorrent(snapshot, dialog.id);
      if (torrent === undefined) return null;
      return { kind: "why", detail: buildDetail(torrent, history, world.isStale), offset: dialog.offset };
    }
    case "quit":
      return { kind: "quit", sentences: quitSentences(snapshot.torrents) };
    case "limits":
      return { ...dialog, whose: whoseLimits(dialog, snapshot) };
    case "share":
    case "magnet":
      return dialog;
  }
}

/** Names that are listed before the rest is counted. */
const MAX_LISTED_NAMES = 8;

function buildRemove(
  { ids, deleteData, typed }: RemoveDialog,
  snapshot: SessionSnapshot,
): RemoveModel | null {
  const torrents = ids.flatMap((id) => findTorrent(snapshot, id) ?? []);
  if (torrents.length === 0) return null;
  const names = torrents.slice(0, MAX_LISTED_NAMES).map(({ name }) => name);
  if (torrents.length > names.length) names.push(`and ${torrents.length - names.length} more`);
  const folders = new Set(torrents.map(({ folder }) => folder));
  return {
    kind: "remove",
    names,
    deleteData,
    folder: folders.size === 1 ? ([...folders][0] ?? "") : `${folders.size} folders`,
    onDisk: formatBytes(torrents.reduce((sum, { haveBytes }) => sum + haveBytes, 0)),
    word: confirmationWord(torrents.map(({ name }) => name)),
    typed,
  };
}

function whoseLimits({ ids }: LimitsDialog, snapshot: SessionSnapshot): string {
  if (ids === null) return "";
  return ids.length === 1
    ? (findTorrent(snapshot, ids[0] ?? null)?.name ?? "")
    : plural(ids.length, "torrent");
}

/** Sources listed by line; a longer list is counted. */
const MAX_LISTED_SOURCES = 4;

function buildAdd(dialog: AddDialog, snapshot: SessionSnapshot): AddModel {
  const sources = findSources(dialog.source.value);
  const known = new Set(snapshot.torrents.map(({ id }) => id));
  const found = sources.slice(0, MAX_LISTED_SOURCES).map((source) => describeSource(source, known));
  if (sources.length > MAX_LISTED_SOURCES) found.push(`and ${sources.length - MAX_LISTED_SOURCES} more`);
  const { source, folder, start, focus, isBusy, failure } = dialog;
  const free = snapshot.freeBytes === null ? null : formatBytesRoughly(snapshot.freeBytes);
  return { kind: "add", source, folder, start, focus, isBusy, failure, found, free };
}

function describeSource(source: PastedSource, known: ReadonlySet<string>): string {
  if (source.kind === "file") return `file ${source.path}`;
  if (isKeyLink(source.text)) return "link to a key: what it names is looked up when it is added";
  if (source.infoHash === "") return "magnet link without a hash that is known here";
  const what = source.text.startsWith("magnet:") ? "magnet link" : "info-hash";
  const name = source.name === "" ? "" : `, ${source.name}`;
  const isKnown = known.has(source.infoHash) ? " (in the list already)" : "";
  return `${what} ${shortHash(source.infoHash, "..")}${name}${isKnown}`;
}

function quitSentences(torrents: readonly TorrentSnapshot[]): readonly string[] {
  const incoming = torrents.filter(isIncoming).length;
  const needed = torrents.filter(
    ({ phase, upBytesPerSecond }) => phase === "seeding" && upBytesPerSecond > 0,
  ).length;
  const sentences: string[] = [];
  if (incoming > 0) sentences.push(`${plural(incoming, "download")} will stop and go on at the next start.`);
  if (needed > 0)
    sentences.push(`${plural(needed, "torrent")} that others are fetching from you will not be there.`);
  return sentences.length === 0 ? ["Nothing is lost; everything goes on at the next start."] : sentences;
}
