/**
 * What the dashboard remembers between keys: where the user is, what is typed, what is being asked. Immutable values;
 * `update.ts` is the only place that makes new ones. Everything about torrents stays in the session's snapshot.
 */
import type { SessionSnapshot, TorrentSettings, TorrentSnapshot } from "../../session/session-view.ts";
import type { ScreenPlan } from "../layout/screen-plan.ts";
import type { Context } from "./key-map.ts";
import type { SortId } from "./list-order.ts";
import type { PeerSortId } from "./peer-order.ts";
import type { TextField } from "./text-field.ts";
import type { FilterId } from "./torrent-filter.ts";
import type { PastedSource } from "./torrent-sources.ts";

export const DETAIL_TABS = ["overview", "pieces", "peers", "files", "dht", "log"] as const;
export type DetailTab = (typeof DETAIL_TABS)[number];

export const DHT_TABS = ["table", "lookups", "network"] as const;
export type DhtTab = (typeof DHT_TABS)[number];

/** Signs of the charts; what the terminal cannot show is drawn with what it can. */
export const CHARTS = ["blocks", "braille", "ascii"] as const;
export type Chart = (typeof CHARTS)[number];

export interface DetailsView {
  readonly kind: "details";
  readonly id: string;
  readonly tab: DetailTab;
  /** Selected line of the tab's table, and its first visible one. */
  readonly cursor: number;
  readonly top: number;
  /** Paths of the folders of which only the name is shown. */
  readonly folded: ReadonlySet<string>;
  /** The chart of the rates alone, over the whole screen. */
  readonly isChartBig: boolean;
}

export type View =
  | { readonly kind: "list" }
  | DetailsView
  | { readonly kind: "dht"; readonly tab: DhtTab; readonly top: number }
  /** `offset`: lines between the newest event and the last one shown. */
  | { readonly kind: "events"; readonly offset: number };

export interface Failure {
  readonly message: string;
  readonly hint: string;
}

/** What happens after adding: `choose` asks for the files first. */
export const ADD_STARTS = ["now", "paused", "choose"] as const;
export type AddStart = (typeof ADD_STARTS)[number];

export interface AddDialog {
  readonly kind: "add";
  readonly source: TextField;
  readonly folder: TextField;
  readonly start: AddStart;
  readonly focus: "source" | "folder" | "start";
  readonly isBusy: boolean;
  readonly failure: Failure | null;
}

/**
 * Which files of a torrent that was just added to fetch. Until this is decided it wants nothing, and only looks who has
 * what.
 */
export interface PickDialog {
  readonly kind: "pick";
  readonly id: string;
  /** Was in the list before: leaving keeps it. */
  readonly wasKnown: boolean;
  /** The session was asked to look who has what. */
  readonly isObserving: boolean;
  /** A priority each, as in `FileSnapshot`; null until the user chose: everything. */
  readonly priorities: readonly number[] | null;
  readonly cursor: number;
  readonly top: number;
  readonly folded: ReadonlySet<string>;
}

export interface ShareDialog {
  readonly kind: "share";
  readonly path: TextField;
  readonly isBusy: boolean;
  readonly failure: Failure | null;
}

export interface RemoveDialog {
  readonly kind: "remove";
  readonly ids: readonly string[];
  readonly deleteData: boolean;
  /** Deleting needs the first word of the name, of several the word `delete`. */
  readonly typed: TextField;
}

export interface LimitsDialog {
  readonly kind: "limits";
  /** Whose limits; null for those of all torrents together. */
  readonly ids: readonly string[] | null;
  readonly down: TextField;
  readonly up: TextField;
  readonly focus: "down" | "up";
  readonly failure: Failure | null;
}

export interface HelpDialog {
  readonly kind: "help";
  readonly query: TextField;
  readonly cursor: number;
}

/** The whole diagnosis of a torrent. */
export interface WhyDialog {
  readonly kind: "why";
  readonly id: string;
  readonly offset: number;
}

/** A magnet link to copy by hand. */
export interface MagnetDialog {
  readonly kind: "magnet";
  /** How it came up: after sharing, or after it was sent to the clipboard. */
  readonly occasion: "shared" | "copied";
  readonly name: string;
  readonly magnet: string;
}

interface QuitDialog {
  readonly kind: "quit";
}

export type Dialog =
  | AddDialog
  | PickDialog
  | ShareDialog
  | RemoveDialog
  | LimitsDialog
  | HelpDialog
  | WhyDialog
  | MagnetDialog
  | QuitDialog;

export interface Notice {
  readonly text: string;
  readonly tone: "ok" | "look" | "broken" | "plain";
  /** When it disappears, on the dashboard's clock. */
  readonly untilMs: number;
}

export interface CommandLine {
  readonly field: TextField;
  /** What was typed when completing began, and which of its completions stands in the field; null before. */
  readonly completing: { readonly typed: string; readonly index: number } | null;
}

/** Torrents that leave the list; until the time is up the session has not been told, and the user may take it back. */
export interface Removal {
  readonly ids: readonly string[];
  /** On the dashboard's clock. */
  readonly atMs: number;
}

export interface UiState {
  readonly view: View;
  readonly dialog: Dialog | null;
  readonly filter: FilterId;
  readonly sort: SortId;
  readonly isReversed: boolean;
  /** Order of the tables of peers. */
  readonly peerSort: PeerSortId;
  readonly arePeersReversed: boolean;
  /** Words searched for; "" lists everything. */
  readonly query: string;
  /** The search while it is being typed. */
  readonly search: TextField | null;
  /** The command line while it is being typed, and the completion that the tab key chose last. */
  readonly command: CommandLine | null;
  /** The selected torrent and where it stood last, for when it goes. */
  readonly cursorId: string | null;
  readonly cursorIndex: number;
  /** Just added: the cursor goes there as soon as a snapshot has it. */
  readonly awaitedId: string | null;
  readonly listTop: number;
  /** Ids that keys for torrents work on instead of the one under the cursor. */
  readonly marked: ReadonlySet<string>;
  readonly removals: readonly Removal[];
  readonly themeIndex: number;
  readonly chart: Chart;
  /** The terminal is asked to tell what happened to somebody who looks elsewhere (OSC 9). */
  readonly notifies: boolean;
  readonly notice: Notice | null;
}

export const INITIAL_STATE: UiState = {
  view: { kind: "list" },
  dialog: null,
  filter: "all",
  sort: "added",
  isReversed: false,
  peerSort: "connected",
  arePeersReversed: false,
  query: "",
  search: null,
  command: null,
  cursorId: null,
  cursorIndex: 0,
  awaitedId: null,
  listTop: 0,
  marked: new Set(),
  removals: [],
  themeIndex: 0,
  chart: "blocks",
  notifies: false,
  notice: null,
};

/** What the state is looked at with: read-only, made anew for each event. */
export interface World {
  readonly snapshot: SessionSnapshot;
  /** Ids in the list, in order. */
  readonly visibleIds: readonly string[];
  readonly plan: ScreenPlan;
  readonly nowMs: number;
  readonly canShare: boolean;
  readonly canSuspend: boolean;
  readonly themeNames: readonly string[];
  /** Something moved in the newest snapshot, and none has come for longer than that can be. */
  readonly isStale: boolean;
}

/** Why the dashboard ended. */
export type LeaveReason = "quit" | "interrupt" | "terminal-closed" | "closed";

/** What has to be done outside: commands to the session, and what only the terminal's owner can do. */
export type Effect =
  | {
      readonly kind: "add";
      readonly sources: readonly PastedSource[];
      readonly folder: string;
      readonly isPaused: boolean;
    }
  /** Adds one torrent that waits for its files to be chosen. */
  | { readonly kind: "add-to-choose"; readonly source: PastedSource; readonly folder: string }
  /** Connects it to its swarm, wanting none of its `fileCount` files. */
  | { readonly kind: "observe"; readonly id: string; readonly fileCount: number }
  /** Starts what was chosen from. */
  | { readonly kind: "start-chosen"; readonly id: string; readonly priorities: readonly number[] | null }
  | { readonly kind: "share"; readonly path: string }
  /** Asks what `path` can become. */
  | { readonly kind: "complete-path"; readonly path: string }
  | {
      readonly kind: "pause" | "resume" | "verify" | "reannounce";
      readonly ids: readonly string[];
    }
  | { readonly kind: "remove"; readonly ids: readonly string[]; readonly deleteData: boolean }
  | { readonly kind: "set-priorities"; readonly id: string; readonly priorities: readonly number[] }
  | { readonly kind: "set-limits"; readonly down: number | null; readonly up: number | null }
  | { readonly kind: "set-torrents"; readonly ids: readonly string[]; readonly settings: TorrentSettings }
  | { readonly kind: "add-peers"; readonly ids: readonly string[]; readonly addresses: readonly string[] }
  | { readonly kind: "move"; readonly ids: readonly string[]; readonly folder: string }
  | { readonly kind: "copy"; readonly name: string; readonly magnet: string }
  | { readonly kind: "mouse"; readonly isOn: boolean }
  | { readonly kind: "repaint" }
  | { readonly kind: "suspend" }
  | { readonly kind: "leave"; readonly reason: LeaveReason };

/** How an effect ended. */
export type Outcome =
  | {
      readonly kind: "added";
      readonly ids: readonly string[];
      /** How many of them were in the list before. */
      readonly known: number;
      readonly failure: Failure | null;
    }
  | { readonly kind: "choosing"; readonly id: string; readonly isNew: boolean }
  /** `completed` goes on as far as all that `path` can become agree. */
  | { readonly kind: "completed-path"; readonly path: string; readonly completed: string }
  | { readonly kind: "shared"; readonly id: string; readonly name: string; readonly magnet: string }
  /** The terminal was asked to copy; whether it did nobody knows. */
  | { readonly kind: "sent-to-clipboard"; readonly name: string; readonly magnet: string }
  | { readonly kind: "failed"; readonly failure: Failure }
  | { readonly kind: "said"; readonly text: string; readonly tone: Notice["tone"] };

export interface Transition {
  readonly state: UiState;
  readonly effects: readonly Effect[];
}

/** Where the keys of the main screens work now. */
export function contextOf(view: View): Context {
  if (view.kind !== "details") return view.kind;
  return view.tab === "peers" || view.tab === "files" ? view.tab : "details";
}

/** The torrent that keys work on. */
export function currentTorrent(state: UiState, world: World): TorrentSnapshot | undefined {
  const id = state.view.kind === "details" ? state.view.id : state.cursorId;
  return findTorrent(world.snapshot, id);
}

/** The torrents that keys work on: the marked ones, else the one under the cursor. */
export function currentTorrents(state: UiState, world: World): readonly TorrentSnapshot[] {
  if (state.view.kind === "list" && state.marked.size > 0) {
    return world.snapshot.torrents.filter(({ id }) => state.marked.has(id));
  }
  const torrent = currentTorrent(state, world);
  return torrent === undefined ? [] : [torrent];
}

export function findTorrent(snapshot: SessionSnapshot, id: string | null): TorrentSnapshot | undefined {
  return id === null ? undefined : snapshot.torrents.find((torrent) => torrent.id === id);
}
