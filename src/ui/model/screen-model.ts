/**
 * The whole screen as data: everything that is visible, as the text that is shown, and nothing that is not. Built
 * from the snapshot at most twice a second; unchanged parts keep their identity (`shareStructure`), so components
 * compare by identity and an unchanged screen costs no frame. Free of React, colours and glyphs.
 */
import type { SessionSnapshot, TorrentSnapshot } from "../../session/session-view.ts";
import { hintBar, type Tab, tabBar } from "../layout/bars.ts";
import type { ScreenPlan } from "../layout/screen-plan.ts";
import type { SortId } from "../state/list-order.ts";
import type { TextField } from "../state/text-field.ts";
import { isStuck } from "../state/torrent-filter.ts";
import {
  contextOf,
  type DetailTab,
  type Dialog,
  findTorrent,
  type Notice,
  type UiState,
  type View,
  type World,
} from "../state/ui-state.ts";
import { buildDetail, type DetailModel } from "./detail-model.ts";
import { buildDht, type DhtModel } from "./dht-model.ts";
import { buildDialog, type DialogModel } from "./dialog-model.ts";
import { buildHeader, type HeaderModel } from "./header-model.ts";
import { type Band, statusOf } from "./health.ts";
import type { RateHistory } from "./rate-history.ts";
import { buildRow, type RowModel } from "./row-model.ts";
import {
  buildEventRow,
  buildFileRow,
  buildPeerRow,
  type EventRowModel,
  type FileRowModel,
  type PeerRowModel,
} from "./table-models.ts";

/** A table of which only the visible lines are built. */
export interface TableModel<Row> {
  readonly rows: readonly Row[];
  /** Index of the selected line among `rows`; -1 for none. */
  readonly cursor: number;
  readonly top: number;
  readonly total: number;
}

export interface ListBody {
  readonly kind: "list";
  readonly tabs: readonly Tab[];
  readonly sort: SortId;
  readonly isReversed: boolean;
  readonly query: string;
  readonly search: TextField | null;
  readonly torrents: TableModel<RowModel>;
  /** Number of torrents whatever is filtered. */
  readonly torrentCount: number;
  readonly detail: DetailModel | null;
  readonly peers: TableModel<PeerRowModel> | null;
  /** What the empty screen says about the network. */
  readonly network: DhtModel | null;
  readonly canShare: boolean;
}

export interface DetailsBody {
  readonly kind: "details";
  readonly name: string;
  readonly status: Band;
  readonly tabs: readonly Tab[];
  readonly tab: DetailTab;
  readonly detail: DetailModel;
  readonly peers: TableModel<PeerRowModel>;
  readonly files: TableModel<FileRowModel>;
  readonly log: readonly EventRowModel[];
}

interface DhtBody {
  readonly kind: "dht";
  readonly dht: DhtModel;
}

interface EventsBody {
  readonly kind: "events";
  readonly rows: readonly EventRowModel[];
  /** Lines newer than the last one shown. */
  readonly newer: number;
}

interface DialogBody {
  readonly kind: "dialog";
  readonly dialog: DialogModel;
}

/** The screen could not be built: a fault of ours, shown instead of a crash. */
interface FailedBody {
  readonly kind: "failed";
  readonly message: string;
}

export type BodyModel = ListBody | DetailsBody | DhtBody | EventsBody | DialogBody | FailedBody;

export interface NoticeModel {
  readonly text: string;
  readonly tone: Notice["tone"];
  /** The key that leads there; "" for none. */
  readonly key: string;
}

export interface HintModel {
  readonly keyLabel: string;
  readonly label: string;
}

export interface ScreenModel {
  readonly plan: ScreenPlan;
  readonly themeIndex: number;
  readonly header: HeaderModel;
  readonly body: BodyModel;
  readonly notice: NoticeModel | null;
  readonly hints: readonly HintModel[];
}

export interface ScreenSources {
  readonly history: RateHistory;
  /** Hours and minutes, for the header. */
  readonly clock: string;
  /** With seconds, for events. */
  readonly timeOfDay: (unixMs: number) => string;
}

export function buildScreen(state: UiState, world: World, sources: ScreenSources): ScreenModel {
  const { snapshot, plan } = world;
  const dialog = state.dialog === null ? null : buildDialog(state.dialog, snapshot, sources.history);
  const body: BodyModel = dialog === null ? buildBody(state, world, sources) : { kind: "dialog", dialog };
  return {
    plan,
    themeIndex: state.themeIndex,
    header: buildHeader(snapshot, sources.clock),
    body,
    notice: buildNotice(state, world),
    hints: buildHints(state, world),
  };
}

function buildBody(state: UiState, world: World, sources: ScreenSources): BodyModel {
  const { view } = state;
  switch (view.kind) {
    case "details": {
      const torrent = findTorrent(world.snapshot, view.id);
      return torrent === undefined
        ? buildList(state, world, sources)
        : buildDetails(view, torrent, world, sources);
    }
    case "dht":
      return { kind: "dht", dht: buildDht(world.snapshot.dht) };
    case "events": {
      const { log } = world.snapshot;
      const end = log.length - view.offset;
      const shown = log.slice(Math.max(0, end - world.plan.body.height), end);
      return {
        kind: "events",
        newer: view.offset,
        rows: shown.map((line) => buildEventRow(line, sources.timeOfDay)),
      };
    }
    case "list":
      return buildList(state, world, sources);
  }
}

function buildList(state: UiState, world: World, { history }: ScreenSources): ListBody {
  const { snapshot, visibleIds, plan } = world;
  const byId = new Map(snapshot.torrents.map((torrent) => [torrent.id, torrent]));
  const selected = state.cursorId === null ? undefined : byId.get(state.cursorId);
  const shownIds = visibleIds.slice(state.listTop, state.listTop + plan.list.height);
  const isEmpty = snapshot.torrents.length === 0;
  return {
    kind: "list",
    tabs: tabBar(state.view, snapshot, plan.columns, state.filter),
    sort: state.sort,
    isReversed: state.isReversed,
    query: state.query,
    search: state.search,
    torrents: {
      rows: shownIds.flatMap((id) => {
        const torrent = byId.get(id);
        return torrent === undefined ? [] : [buildRow(torrent)];
      }),
      cursor: state.cursorIndex - state.listTop,
      top: state.listTop,
      total: visibleIds.length,
    },
    torrentCount: snapshot.torrents.length,
    detail: selected === undefined || plan.detail.height === 0 ? null : buildDetail(selected, history),
    peers:
      selected === undefined || plan.peers.height < 3
        ? null
        : peersTable(selected, 0, -1, plan.peers.height - 2),
    network: isEmpty ? buildDht(snapshot.dht) : null,
    canShare: world.canShare,
  };
}

function buildDetails(
  view: View & { kind: "details" },
  torrent: TorrentSnapshot,
  { snapshot, plan }: World,
  { history, timeOfDay }: ScreenSources,
): DetailsBody {
  const lines = Math.max(0, plan.body.height - 1);
  const isFiles = view.tab === "files";
  const shownFiles = isFiles ? torrent.files.slice(view.top, view.top + lines) : [];
  const root = rootFolder(torrent);
  const log = view.tab === "log" ? snapshot.log.filter(({ torrentId }) => torrentId === torrent.id) : [];
  return {
    kind: "details",
    name: torrent.name,
    status: statusOf(torrent),
    tabs: tabBar(view, snapshot, plan.columns),
    tab: view.tab,
    detail: buildDetail(torrent, history),
    peers: peersTable(torrent, view.top, view.cursor, view.tab === "peers" ? lines : 0),
    files: {
      rows: shownFiles.map((file) => buildFileRow(file, root)),
      cursor: view.cursor - view.top,
      top: view.top,
      total: torrent.files.length,
    },
    log: log.slice(-plan.body.height).map((line) => buildEventRow(line, timeOfDay)),
  };
}

/** The torrent's own folder, which every path begins with; "" for a single file. */
function rootFolder({ files }: TorrentSnapshot): string {
  const root = files.length > 1 ? (files[0]?.path.split("/")[0] ?? "") : "";
  return root === "" ? "" : `${root}/`;
}

function peersTable(
  torrent: TorrentSnapshot,
  top: number,
  cursor: number,
  lines: number,
): TableModel<PeerRowModel> {
  return {
    rows: torrent.peers.slice(top, top + lines).map(buildPeerRow),
    cursor: cursor < 0 ? -1 : cursor - top,
    top,
    total: torrent.peers.length,
  };
}

/** What was said last, else the first problem that is not on the screen anyway. */
function buildNotice(state: UiState, { snapshot }: World): NoticeModel | null {
  if (state.notice !== null) return { text: state.notice.text, tone: state.notice.tone, key: "" };
  if (state.dialog !== null) return null;
  const selectedId = state.view.kind === "details" ? state.view.id : state.cursorId;
  const problem = firstProblem(snapshot, selectedId);
  if (problem === undefined) return null;
  return { text: `${problem.name}: ${problem.diagnosis.sentence}`, tone: "look", key: "!" };
}

function firstProblem({ torrents }: SessionSnapshot, exceptId: string | null): TorrentSnapshot | undefined {
  return torrents.find((torrent) => torrent.id !== exceptId && isStuck(torrent));
}

const hint = (keyLabel: string, label: string): HintModel => ({ keyLabel, label });

const DIALOG_HINTS: Readonly<Record<Dialog["kind"], readonly HintModel[]>> = {
  add: [hint("enter", "start"), hint("tab", "next field"), hint("esc", "cancel")],
  share: [hint("enter", "share"), hint("esc", "cancel")],
  remove: [hint("y", "remove"), hint("esc", "keep it")],
  limits: [hint("enter", "set"), hint("tab", "other field"), hint("esc", "cancel")],
  help: [hint("enter", "do it"), hint("up/down", "choose"), hint("esc", "close")],
  why: [hint("r", "look again"), hint("v", "verify"), hint("c", "copy link"), hint("esc", "close")],
  magnet: [hint("c", "copy"), hint("esc", "close")],
  quit: [hint("q", "quit"), hint("esc", "stay")],
};

const DELETE_HINTS: readonly HintModel[] = [hint("enter", "delete"), hint("esc", "keep everything")];
const SEARCH_HINTS: readonly HintModel[] = [
  hint("enter", "keep"),
  hint("up/down", "choose"),
  hint("esc", "show all"),
];

/** The last hint says how to get out: others give way to it. */
function fitHints(hints: readonly HintModel[], columns: number): readonly HintModel[] {
  const last = hints.slice(-1);
  const cells = (all: readonly HintModel[]): number =>
    all.reduce((sum, { keyLabel, label }) => sum + keyLabel.length + 1 + label.length + 2, 0);
  let others = hints.slice(0, -1);
  while (others.length > 0 && cells([...others, ...last]) > columns) others = others.slice(0, -1);
  return [...others, ...last];
}

function buildHints(state: UiState, { snapshot, plan, canShare }: World): readonly HintModel[] {
  if (state.dialog?.kind === "remove" && state.dialog.deleteData) return fitHints(DELETE_HINTS, plan.columns);
  if (state.dialog !== null) return fitHints(DIALOG_HINTS[state.dialog.kind], plan.columns);
  if (state.search !== null) return fitHints(SEARCH_HINTS, plan.columns);
  const situation = { isEmpty: snapshot.torrents.length === 0, canShare };
  return hintBar(contextOf(state.view), situation, plan.columns).map(({ keyLabel, label }) => ({
    keyLabel,
    label,
  }));
}
