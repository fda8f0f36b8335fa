/** What each action of the key map does. */
import type { TorrentSnapshot } from "../../session/session-view.ts";
import type { ActionId } from "./key-map.ts";
import { SORTS } from "./list-order.ts";
import { openAddDialog, openLimitsDialog } from "./open-dialogs.ts";
import { textField } from "./text-field.ts";
import { FILTERS, isIncoming, isStuck } from "./torrent-filter.ts";
import { noticed, stay, withEffect } from "./transitions.ts";
import {
  currentTorrent,
  DETAIL_TABS,
  type Transition,
  type UiState,
  type View,
  type World,
} from "./ui-state.ts";

/** The state after `action`, started by `key`. Actions on a torrent do nothing where there is none. */
export function perform(state: UiState, action: ActionId, key: string, world: World): Transition {
  switch (action) {
    case "move-up":
      return stay(move(state, -1, world));
    case "move-down":
      return stay(move(state, 1, world));
    case "page-up":
      return stay(move(state, -pageLines(state, world), world));
    case "page-down":
      return stay(move(state, pageLines(state, world), world));
    case "go-first":
      return stay(move(state, Number.NEGATIVE_INFINITY, world));
    case "go-last":
      return stay(move(state, Number.POSITIVE_INFINITY, world));
    case "back":
      return stay({ ...state, view: { kind: "list" } });
    case "next-tab":
      return stay(turnTab(state, 1));
    case "previous-tab":
      return stay(turnTab(state, -1));
    case "choose-tab":
      return stay(chooseTab(state, Number(key) - 1));
    case "search":
      return stay({ ...state, search: textField(state.query) });
    case "show-all":
      return stay({ ...state, query: "", filter: "all" });
    case "sort":
      return stay({ ...state, sort: nextOf(SORTS, state.sort), isReversed: false });
    case "reverse-sort":
      return stay({ ...state, isReversed: !state.isReversed });
    case "next-problem":
      return nextProblem(state, world);
    case "dht":
      return stay({ ...state, view: state.view.kind === "dht" ? { kind: "list" } : { kind: "dht" } });
    case "events":
      return stay({
        ...state,
        view: state.view.kind === "events" ? { kind: "list" } : { kind: "events", offset: 0 },
      });
    case "theme":
      return turnTheme(state, world);
    case "limits":
      return stay({ ...state, dialog: openLimitsDialog(world) });
    case "add":
      return stay({ ...state, dialog: openAddDialog(world, "") });
    case "share":
      return openShare(state, world);
    case "help":
      return stay({ ...state, dialog: { kind: "help", query: textField(), cursor: 0 } });
    case "repaint":
      return withEffect(state, { kind: "repaint" });
    case "suspend":
      return world.canSuspend ? withEffect(state, { kind: "suspend" }) : stay(state);
    case "quit":
      return quit(state, world);
    case "interrupt":
      return withEffect(state, { kind: "leave", reason: "interrupt" });
    case "open":
    case "toggle-pause":
    case "remove":
    case "remove-data":
    case "copy-magnet":
    case "verify":
    case "reannounce":
    case "why":
    case "toggle-file":
    case "raise-priority":
    case "lower-priority":
      return performOnTorrent(state, action, world);
  }
}

type TorrentAction =
  | "open"
  | "toggle-pause"
  | "remove"
  | "remove-data"
  | "copy-magnet"
  | "verify"
  | "reannounce"
  | "why"
  | "toggle-file"
  | "raise-priority"
  | "lower-priority";

function performOnTorrent(state: UiState, action: TorrentAction, world: World): Transition {
  const torrent = currentTorrent(state, world);
  if (torrent === undefined) return stay(state);
  const { id } = torrent;
  switch (action) {
    case "open":
      return stay({ ...state, view: { kind: "details", id, tab: "overview", cursor: 0, top: 0 } });
    case "toggle-pause": {
      const resumes =
        torrent.phase === "paused" || torrent.phase === "finished" || torrent.phase === "failed";
      return withEffect(state, { kind: resumes ? "resume" : "pause", id });
    }
    case "remove":
    case "remove-data":
      return stay({
        ...state,
        dialog: { kind: "remove", id, deleteData: action === "remove-data", typed: textField() },
      });
    case "copy-magnet":
      return withEffect(state, { kind: "copy", name: torrent.name, magnet: torrent.magnet });
    case "verify":
    case "reannounce":
      return withEffect(state, { kind: action, id });
    case "why":
      return stay({ ...state, dialog: { kind: "why", id, offset: 0 } });
    case "toggle-file":
      return changePriority(state, torrent, (priority) => (priority === 0 ? NORMAL_PRIORITY : 0));
    case "raise-priority":
      return changePriority(
        state,
        torrent,
        (priority) => PRIORITIES.find((step) => step > priority) ?? priority,
      );
    case "lower-priority":
      return changePriority(
        state,
        torrent,
        (priority) => PRIORITIES.findLast((step) => step < priority) ?? priority,
      );
  }
}

/** Steps between "not wanted" and "before all others", as the session knows them. */
const PRIORITIES = [0, 1, 4, 7] as const;
const NORMAL_PRIORITY = 4;

function changePriority(
  state: UiState,
  torrent: TorrentSnapshot,
  change: (priority: number) => number,
): Transition {
  if (state.view.kind !== "details" || torrent.files.length === 0) return stay(state);
  const { cursor } = state.view;
  const priorities = torrent.files.map((file, index) =>
    index === cursor ? change(file.priority) : file.priority,
  );
  return withEffect(state, { kind: "set-priorities", id: torrent.id, priorities });
}

/** The state with the cursor of the screen `lines` further down, or the text scrolled by as much. */
export function move(state: UiState, lines: number, world: World): UiState {
  const { view } = state;
  if (view.kind === "list") {
    const index = clampIndex(state.cursorIndex + lines, world.visibleIds.length);
    return { ...state, cursorIndex: index, cursorId: world.visibleIds[index] ?? null, awaitedId: null };
  }
  if (view.kind === "details") {
    const count = tableLength(view, world);
    return { ...state, view: { ...view, cursor: clampIndex(view.cursor + lines, count) } };
  }
  if (view.kind === "events") {
    // Up is back in time.
    const offset = clampIndex(view.offset - lines, world.snapshot.log.length);
    return { ...state, view: { ...view, offset } };
  }
  return state;
}

function tableLength(view: View & { kind: "details" }, world: World): number {
  const torrent = world.snapshot.torrents.find(({ id }) => id === view.id);
  if (view.tab === "peers") return torrent?.peers.length ?? 0;
  return view.tab === "files" ? (torrent?.files.length ?? 0) : 0;
}

function clampIndex(index: number, count: number): number {
  return Math.max(0, Math.min(index, count - 1));
}

function pageLines(state: UiState, { plan }: World): number {
  return Math.max(1, (state.view.kind === "list" ? plan.list.height : plan.body.height - 1) - 1);
}

function turnTab(state: UiState, step: 1 | -1): UiState {
  if (state.view.kind === "list") return { ...state, filter: nextOf(FILTERS, state.filter, step) };
  if (state.view.kind !== "details") return state;
  return {
    ...state,
    view: { ...state.view, tab: nextOf(DETAIL_TABS, state.view.tab, step), cursor: 0, top: 0 },
  };
}

/** The tab with the given place, if there is one. */
export function chooseTab(state: UiState, index: number): UiState {
  if (state.view.kind === "list") return { ...state, filter: FILTERS[index] ?? state.filter };
  const tab = DETAIL_TABS[index];
  if (state.view.kind !== "details" || tab === undefined) return state;
  return { ...state, view: { ...state.view, tab, cursor: 0, top: 0 } };
}

function nextOf<T>(items: readonly T[], item: T, step = 1): T {
  return items[(items.indexOf(item) + step + items.length) % items.length] as T;
}

function nextProblem(state: UiState, world: World): Transition {
  const { torrents } = world.snapshot;
  const from = torrents.findIndex((torrent) => torrent.id === currentTorrent(state, world)?.id) + 1;
  const next = [...torrents.slice(from), ...torrents.slice(0, from)].find(isStuck);
  if (next === undefined) return noticed(state, world, "No torrent has a problem.", "ok");
  const isListed = world.visibleIds.includes(next.id);
  const listed: UiState = isListed ? state : { ...state, filter: "all", query: "", awaitedId: next.id };
  return stay({ ...listed, view: { kind: "list" }, ...(isListed ? cursorOn(next.id, world) : {}) });
}

function cursorOn(id: string, world: World): Pick<UiState, "cursorId" | "cursorIndex"> {
  return { cursorId: id, cursorIndex: world.visibleIds.indexOf(id) };
}

function turnTheme(state: UiState, world: World): Transition {
  const themeIndex = (state.themeIndex + 1) % world.themeNames.length;
  return noticed({ ...state, themeIndex }, world, `Colours: ${world.themeNames[themeIndex]}`, "plain");
}

function openShare(state: UiState, world: World): Transition {
  if (!world.canShare)
    return noticed(state, world, "Sharing from here is not possible; use: starling share PATH", "look");
  return stay({ ...state, dialog: { kind: "share", path: textField(), isBusy: false, failure: null } });
}

/** Quitting asks once while something runs that quitting would stop. */
function quit(state: UiState, world: World): Transition {
  const stops = world.snapshot.torrents.some(
    (torrent) => isIncoming(torrent) || torrent.upBytesPerSecond > 0,
  );
  if (stops) return stay({ ...state, dialog: { kind: "quit" } });
  return withEffect(state, { kind: "leave", reason: "quit" });
}
