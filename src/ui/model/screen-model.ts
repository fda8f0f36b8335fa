/**
 * The whole screen as data: everything that is visible, as the text that is shown, and nothing that is not. Built
 * from the snapshot at most twice a second; unchanged parts keep their identity (`shareStructure`), so components
 * compare by identity and an unchanged screen costs no frame. Free of React, colours and glyphs.
 */
import type { PeerSnapshot, SessionSnapshot, TorrentSnapshot } from "../../session/session-view.ts";
import { hintBar, type Tab, tabBar } from "../layout/bars.ts";
import { commandHints, dialogHints, searchHints } from "../layout/dialog-hints.ts";
import type { ScreenPlan } from "../layout/screen-plan.ts";
import { completionsOf } from "../state/commands.ts";
import type { SortId } from "../state/list-order.ts";
import { orderPeers } from "../state/peer-order.ts";
import type { TextField } from "../state/text-field.ts";
import { isStuck } from "../state/torrent-filter.ts";
import {
  type Chart,
  type CommandLine,
  contextOf,
  type DetailsView,
  type DetailTab,
  type DhtTab,
  findTorrent,
  type Notice,
  type UiState,
  type World,
} from "../state/ui-state.ts";
import { tableLines } from "../state/view-lines.ts";
import { buildDetail, type DetailModel } from "./detail-model.ts";
import { buildDht, type DhtModel } from "./dht-model.ts";
import { buildDialog, type DialogModel } from "./dialog-model.ts";
import { buildHeader, type HeaderModel } from "./header-model.ts";
import { type Band, statusOf } from "./health.ts";
import { buildPeerCard, type PeerCard } from "./peer-card.ts";
import { buildPieces, type PiecesModel } from "./pieces-model.ts";
import type { RateHistory } from "./rate-history.ts";
import { buildReach, type ReachModel } from "./reach-model.ts";
import { buildRow, type RowModel } from "./row-model.ts";
import {
  buildEventRow,
  buildPeerRow,
  type EventRowModel,
  type FileRowModel,
  filesTable,
  type PeerRowModel,
  type TableModel,
} from "./table-models.ts";
import { buildStepRow, buildTrail, type StepRowModel, type TrailModel } from "./trail-model.ts";

export interface ListBody {
  readonly kind: "list";
  readonly tabs: readonly Tab[];
  readonly sort: SortId;
  readonly isReversed: boolean;
  readonly query: string;
  readonly search: TextField | null;
  /** Number of torrents that are marked. */
  readonly marked: number;
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
  readonly pieces: PiecesModel | null;
  readonly peers: TableModel<PeerRowModel>;
  /** The peer under the cursor. */
  readonly card: PeerCard | null;
  readonly files: TableModel<FileRowModel>;
  readonly trail: TrailModel | null;
  readonly steps: TableModel<StepRowModel>;
  readonly log: readonly EventRowModel[];
  readonly isChartBig: boolean;
  readonly peerOrder: string;
}

export interface DhtBody {
  readonly kind: "dht";
  readonly tabs: readonly Tab[];
  readonly tab: DhtTab;
  /** First line of the tab's list that is shown. */
  readonly top: number;
  readonly dht: DhtModel;
  readonly reach: ReachModel;
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

/** The command line, and what the tab key would make of it. */
export interface CommandModel {
  readonly field: TextField;
  readonly completions: readonly string[];
  /** Index of the completion that stands in the field; -1 for none. */
  readonly chosen: number;
}

export interface ScreenModel {
  readonly plan: ScreenPlan;
  readonly themeIndex: number;
  readonly chart: Chart;
  readonly header: HeaderModel;
  readonly body: BodyModel;
  readonly notice: NoticeModel | null;
  /** Stands in the place of the notice while it is typed. */
  readonly command: CommandModel | null;
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
  const dialog = state.dialog === null ? null : buildDialog(state.dialog, world, sources.history);
  const body: BodyModel = dialog === null ? buildBody(state, world, sources) : { kind: "dialog", dialog };
  return {
    plan,
    themeIndex: state.themeIndex,
    chart: state.chart,
    header: buildHeader(snapshot, sources.clock),
    body,
    notice: buildNotice(state, world),
    command: state.command === null ? null : buildCommand(state.command, world),
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
        : buildDetails(view, state, torrent, world, sources);
    }
    case "dht":
      return {
        kind: "dht",
        tabs: tabBar(view, world.snapshot, world.plan.columns),
        tab: view.tab,
        top: view.top,
        dht: buildDht(world.snapshot.dht, world.snapshot.torrents),
        reach: buildReach(world.snapshot.reachability),
      };
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
  const { snapshot, visibleIds, plan, isStale } = world;
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
    marked: state.marked.size,
    torrents: {
      rows: shownIds.flatMap((id) => {
        const torrent = byId.get(id);
        return torrent === undefined ? [] : [buildRow(torrent, state.marked.has(id))];
      }),
      cursor: state.cursorIndex - state.listTop,
      top: state.listTop,
      total: visibleIds.length,
    },
    torrentCount: snapshot.torrents.length,
    detail:
      selected === undefined || plan.detail.height === 0 ? null : buildDetail(selected, history, isStale),
    peers:
      selected === undefined || plan.peers.height < 3
        ? null
        : peersTable(selected.peers, 0, -1, plan.peers.height - 2),
    network: isEmpty ? buildDht(snapshot.dht) : null,
    canShare: world.canShare,
  };
}

function buildDetails(
  view: DetailsView,
  { peerSort, arePeersReversed }: UiState,
  torrent: TorrentSnapshot,
  { snapshot, plan, isStale }: World,
  { history, timeOfDay }: ScreenSources,
): DetailsBody {
  const lines = tableLines(view, plan);
  const shown = (tab: DetailTab): number => (view.tab === tab ? lines : 0);
  const log = view.tab === "log" ? snapshot.log.filter(({ torrentId }) => torrentId === torrent.id) : [];
  const logEnd = log.length - view.cursor;
  const peers = view.tab === "peers" ? orderPeers(torrent.peers, peerSort, arePeersReversed) : [];
  const peer = peers[view.cursor];
  const steps = torrent.dhtTrail?.steps ?? [];
  const isReachKnown = torrent.counts.connectedPeers > 0;
  return {
    kind: "details",
    name: torrent.name,
    status: statusOf(torrent),
    tabs: tabBar(view, snapshot, plan.columns),
    tab: view.tab,
    detail: buildDetail(torrent, history, isStale),
    pieces: view.tab === "pieces" ? buildPieces(torrent) : null,
    peers: peersTable(peers, view.top, view.cursor, shown("peers")),
    card: peer === undefined ? null : buildPeerCard(peer),
    files: filesTable(torrent, view, [], shown("files"), isReachKnown),
    trail: view.tab === "dht" ? buildTrail(torrent) : null,
    steps: {
      rows: steps
        .slice(view.top, view.top + shown("dht"))
        .map((step, index) => buildStepRow(step, view.top + index)),
      cursor: view.cursor - view.top,
      top: view.top,
      total: steps.length,
    },
    log: log
      .slice(Math.max(0, logEnd - plan.body.height), logEnd)
      .map((line) => buildEventRow(line, timeOfDay)),
    isChartBig: view.isChartBig,
    peerOrder: arePeersReversed ? `${peerSort} reversed` : peerSort,
  };
}

function peersTable(
  peers: readonly PeerSnapshot[],
  top: number,
  cursor: number,
  lines: number,
): TableModel<PeerRowModel> {
  return {
    rows: peers.slice(top, top + lines).map(buildPeerRow),
    cursor: cursor < 0 ? -1 : cursor - top,
    top,
    total: peers.length,
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

/** Completions shown at most. */
const MAX_COMPLETIONS = 40;

function buildCommand({ field, completing }: CommandLine, world: World): CommandModel {
  const completions = completionsOf(completing?.typed ?? field.value, world).slice(0, MAX_COMPLETIONS);
  return { field, completions, chosen: completing?.index ?? -1 };
}

function buildHints(state: UiState, { snapshot, plan, canShare }: World): readonly HintModel[] {
  const typed =
    state.dialog !== null
      ? dialogHints(state.dialog, plan.columns)
      : state.command !== null
        ? commandHints(plan.columns)
        : state.search !== null
          ? searchHints(plan.columns)
          : undefined;
  if (typed !== undefined) return typed.map(({ keyLabel, label }) => ({ keyLabel, label }));
  const situation = { isEmpty: snapshot.torrents.length === 0, canShare };
  return hintBar(contextOf(state.view), situation, plan.columns).map(({ keyLabel, label }) => ({
    keyLabel,
    label,
  }));
}
