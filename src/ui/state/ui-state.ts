/**
 * What the dashboard remembers between keys: where the user is, what is typed, what is being asked. Immutable values;
 * `update.ts` is the only place that makes new ones. Everything about torrents stays in the session's snapshot.
 */
import type { SessionSnapshot, TorrentSnapshot } from "../../session/session-view.ts";
import type { ScreenPlan } from "../layout/screen-plan.ts";
import type { Context } from "./key-map.ts";
import type { SortId } from "./list-order.ts";
import type { TextField } from "./text-field.ts";
import type { FilterId } from "./torrent-filter.ts";
import type { PastedSource } from "./torrent-sources.ts";

export const DETAIL_TABS = ["overview", "peers", "files", "log"] as const;
export type DetailTab = (typeof DETAIL_TABS)[number];

export type View =
  | { readonly kind: "list" }
  | {
      readonly kind: "details";
      readonly id: string;
      readonly tab: DetailTab;
      /** Selected line of the tab's table, and its first visible one. */
      readonly cursor: number;
      readonly top: number;
    }
  | { readonly kind: "dht" }
  /** `offset`: lines between the newest event and the last one shown. */
  | { readonly kind: "events"; readonly offset: number };

export interface Failure {
  readonly message: string;
  readonly hint: string;
}

export interface AddDialog {
  readonly kind: "add";
  readonly source: TextField;
  readonly folder: TextField;
  readonly isPaused: boolean;
  readonly focus: "source" | "folder" | "start";
  readonly isBusy: boolean;
  readonly failure: Failure | null;
}

export interface ShareDialog {
  readonly kind: "share";
  readonly path: TextField;
  readonly isBusy: boolean;
  readonly failure: Failure | null;
}

export interface RemoveDialog {
  readonly kind: "remove";
  readonly id: string;
  readonly deleteData: boolean;
  /** Deleting needs the first word of the name. */
  readonly typed: TextField;
}

export interface LimitsDialog {
  readonly kind: "limits";
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

export interface UiState {
  readonly view: View;
  readonly dialog: Dialog | null;
  readonly filter: FilterId;
  readonly sort: SortId;
  readonly isReversed: boolean;
  /** Words searched for; "" lists everything. */
  readonly query: string;
  /** The search while it is being typed. */
  readonly search: TextField | null;
  /** The selected torrent and where it stood last, for when it goes. */
  readonly cursorId: string | null;
  readonly cursorIndex: number;
  /** Just added: the cursor goes there as soon as a snapshot has it. */
  readonly awaitedId: string | null;
  readonly listTop: number;
  readonly themeIndex: number;
  readonly notice: Notice | null;
}

export const INITIAL_STATE: UiState = {
  view: { kind: "list" },
  dialog: null,
  filter: "all",
  sort: "added",
  isReversed: false,
  query: "",
  search: null,
  cursorId: null,
  cursorIndex: 0,
  awaitedId: null,
  listTop: 0,
  themeIndex: 0,
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
  | { readonly kind: "share"; readonly path: string }
  | { readonly kind: "pause" | "resume" | "verify" | "reannounce"; readonly id: string }
  | { readonly kind: "remove"; readonly id: string; readonly deleteData: boolean }
  | { readonly kind: "set-priorities"; readonly id: string; readonly priorities: readonly number[] }
  | { readonly kind: "set-limits"; readonly down: number | null; readonly up: number | null }
  | { readonly kind: "copy"; readonly name: string; readonly magnet: string }
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

export function findTorrent(snapshot: SessionSnapshot, id: string | null): TorrentSnapshot | undefined {
  return id === null ? undefined : snapshot.torrents.find((torrent) => torrent.id === id);
}
