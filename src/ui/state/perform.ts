/** What each action of the key map does. */
import type { TorrentSnapshot } from "../../session/session-view.ts";
import type { ActionId } from "./key-map.ts";
import { SORTS } from "./list-order.ts";
import { openAddDialog, openLimitsDialog, openTorrentLimitsDialog } from "./open-dialogs.ts";
import { PEER_SORTS } from "./peer-order.ts";
import { restore } from "./removals.ts";
import { textField } from "./text-field.ts";
import { FILTERS, isIncoming, isStuck } from "./torrent-filter.ts";
import { noticed, stay, withEffect } from "./transitions.ts";
import { changedPriorities, turnFold } from "./tree-keys.ts";
import {
  currentTorrent,
  currentTorrents,
  DETAIL_TABS,
  type DetailsView,
  DHT_TABS,
  type Transition,
  type UiState,
  type View,
  type World,
} from "./ui-state.ts";
import { lineCountOf } from "./view-lines.ts";

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
    case "command":
      return stay({ ...state, command: { field: textField(), completing: null } });
    case "mark":
      return stay(toggleMark(state, world));
    case "mark-all":
      return stay({ ...state, marked: new Set(state.marked.size > 0 ? [] : world.visibleIds) });
    case "undo":
      return restore(state, world);
    case "show-all":
      return stay({ ...state, query: "", filter: "all", marked: new Set() });
    case "sort":
    case "reverse-sort":
      return stay(state.view.kind === "list" ? turnOrder(state, action) : turnPeerOrder(state, action));
    case "next-problem":
      return nextProblem(state, world);
    case "dht":
      return stay({
        ...state,
        view: state.view.kind === "dht" ? { kind: "list" } : { kind: "dht", tab: "table", top: 0 },
      });
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
    case "quit-now":
      return withEffect(state, { kind: "leave", reason: "quit" });
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
    case "torrent-limits":
    case "big-chart":
      return performOnTorrents(state, action, world);
    case "toggle-file":
    case "raise-priority":
    case "lower-priority":
    case "fold":
    case "unfold":
      return performOnFiles(state, action, world);
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
  | "torrent-limits"
  | "big-chart";

function performOnTorrents(state: UiState, action: TorrentAction, world: World): Transition {
  const torrents = currentTorrents(state, world);
  const [torrent] = torrents;
  if (torrent === undefined) return stay(state);
  const ids = torrents.map(({ id }) => id);
  switch (action) {
    case "open":
      return stay({ ...state, view: openedView(currentTorrent(state, world)?.id ?? torrent.id) });
    case "toggle-pause":
      return withEffect(state, { kind: torrents.every(isResting) ? "resume" : "pause", ids });
    case "remove":
    case "remove-data":
      return stay({
        ...state,
        dialog: { kind: "remove", ids, deleteData: action === "remove-data", typed: textField() },
      });
    case "copy-magnet":
      return withEffect(state, { kind: "copy", name: torrent.name, magnet: torrent.magnet });
    case "verify":
    case "reannounce":
      return withEffect(state, { kind: action, ids });
    case "why":
      return stay({ ...state, dialog: { kind: "why", id: torrent.id, offset: 0 } });
    case "torrent-limits":
      return stay({ ...state, dialog: openTorrentLimitsDialog(torrents) });
    case "big-chart":
      return stay({ ...state, view: turnChart(state.view, currentTorrent(state, world)?.id ?? torrent.id) });
  }
}

function openedView(id: string): DetailsView {
  return {
    kind: "details",
    id,
    tab: "overview",
    cursor: 0,
    top: 0,
    folded: new Set(),
    isChartBig: false,
  };
}

/** The big chart of the torrent, or from there what was before in its details. */
function turnChart(view: View, id: string): DetailsView {
  if (view.kind !== "details") return { ...openedView(id), isChartBig: true };
  const isChartBig = view.tab !== "overview" || !view.isChartBig;
  return { ...view, tab: "overview", cursor: 0, top: 0, isChartBig };
}

type OrderAction = "sort" | "reverse-sort";

function turnOrder(state: UiState, action: OrderAction): UiState {
  if (action === "reverse-sort") return { ...state, isReversed: !state.isReversed };
  return { ...state, sort: nextOf(SORTS, state.sort), isReversed: false };
}

function turnPeerOrder(state: UiState, action: OrderAction): UiState {
  if (action === "reverse-sort") return { ...state, arePeersReversed: !state.arePeersReversed };
  return { ...state, peerSort: nextOf(PEER_SORTS, state.peerSort), arePeersReversed: false };
}

function isResting({ phase }: TorrentSnapshot): boolean {
  return phase === "paused" || phase === "finished" || phase === "failed";
}

/** Marks the torrent under the cursor or takes its mark away, and goes on to the next. */
function toggleMark(state: UiState, world: World): UiState {
  if (state.cursorId === null) return state;
  const marked = new Set(state.marked);
  if (!marked.delete(state.cursorId)) marked.add(state.cursorId);
  return move({ ...state, marked }, 1, world);
}

type FileAction = "toggle-file" | "raise-priority" | "lower-priority" | "fold" | "unfold";

function performOnFiles(state: UiState, action: FileAction, world: World): Transition {
  const torrent = currentTorrent(state, world);
  const { view } = state;
  if (torrent === undefined || view.kind !== "details" || torrent.files.length === 0) return stay(state);
  if (action === "fold" || action === "unfold") {
    return stay({ ...state, view: { ...view, ...turnFold(torrent.files, view, action) } });
  }
  const current = torrent.files.map(({ priority }) => priority);
  const priorities = changedPriorities(torrent.files, current, view, action);
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
    const count = lineCountOf(view, world);
    // The log is read from its end: up is back in time.
    if (view.tab === "log")
      return { ...state, view: { ...view, cursor: clampIndex(view.cursor - lines, count) } };
    return { ...state, view: { ...view, cursor: clampIndex(view.cursor + lines, count) } };
  }
  if (view.kind === "dht") {
    // The end is found when it is drawn: `reconcile` keeps it in range.
    return { ...state, view: { ...view, top: Math.max(0, view.top + lines) } };
  }
  // Up is back in time.
  const offset = clampIndex(view.offset - lines, world.snapshot.log.length);
  return { ...state, view: { ...view, offset } };
}

function clampIndex(index: number, count: number): number {
  return Math.max(0, Math.min(index, count - 1));
}

function pageLines(state: UiState, { plan }: World): number {
  return Math.max(1, (state.view.kind === "list" ? plan.list.height : plan.body.height - 1) - 1);
}

function turnTab(state: UiState, step: 1 | -1): UiState {
  if (state.view.kind === "list") return { ...state, filter: nextOf(FILTERS, state.filter, step) };
  if (state.view.kind === "dht") {
    return { ...state, view: { ...state.view, tab: nextOf(DHT_TABS, state.view.tab, step), top: 0 } };
  }
  if (state.view.kind !== "details") return state;
  return {
    ...state,
    view: { ...state.view, tab: nextOf(DETAIL_TABS, state.view.tab, step), cursor: 0, top: 0 },
  };
}

/** The tab with the given place, if there is one. */
export function chooseTab(state: UiState, index: number): UiState {
  if (state.view.kind === "list") return { ...state, filter: FILTERS[index] ?? state.filter };
  if (state.view.kind === "dht") {
    const tab = DHT_TABS[index];
    return tab === undefined ? state : { ...state, view: { ...state.view, tab, top: 0 } };
  }
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
