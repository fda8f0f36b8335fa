/**
 * Brings the state in line with the world: torrents come and go, lists get shorter, the terminal gets smaller. The
 * cursor stays on its torrent; when that goes, on the one that took its place.
 */
import { scrollTop } from "../layout/screen-plan.ts";
import { treeLines } from "./file-tree.ts";
import {
  type Dialog,
  findTorrent,
  type PickDialog,
  type UiState,
  type View,
  type World,
} from "./ui-state.ts";
import { dhtLineCount, lineCountOf, tableLines } from "./view-lines.ts";

/** `state` with every cursor on something that exists and every scroll position in range; the same object if it fits. */
export function reconcile(state: UiState, world: World): UiState {
  const { visibleIds, plan, nowMs } = world;
  const hasArrived = state.awaitedId !== null && visibleIds.includes(state.awaitedId);
  const wanted = hasArrived ? state.awaitedId : state.cursorId;
  const at = wanted === null ? -1 : visibleIds.indexOf(wanted);
  const index = at === -1 ? Math.max(0, Math.min(state.cursorIndex, visibleIds.length - 1)) : at;
  const next = {
    cursorId: visibleIds[index] ?? null,
    cursorIndex: index,
    awaitedId: hasArrived ? null : state.awaitedId,
    listTop: scrollTop(state.listTop, index, plan.list.height, visibleIds.length),
    view: reconcileView(state.view, world),
    dialog: reconcileDialog(state.dialog, world),
    marked: reconcileMarks(state.marked, world),
    notice: state.notice !== null && state.notice.untilMs <= nowMs ? null : state.notice,
  };
  const isSame = (Object.keys(next) as (keyof typeof next)[]).every((key) => next[key] === state[key]);
  return isSame ? state : { ...state, ...next };
}

function reconcileView(view: View, world: World): View {
  const { snapshot, plan } = world;
  if (view.kind === "events") {
    const offset = Math.max(0, Math.min(view.offset, snapshot.log.length - plan.body.height));
    return offset === view.offset ? view : { ...view, offset };
  }
  if (view.kind === "dht") {
    const top = Math.max(0, Math.min(view.top, dhtLineCount(view.tab, snapshot.dht) - 1));
    return top === view.top ? view : { ...view, top };
  }
  if (view.kind !== "details") return view;
  const torrent = findTorrent(snapshot, view.id);
  if (torrent === undefined) return { kind: "list" };
  const count = lineCountOf(view, world);
  const lines = tableLines(view, plan);
  // Of the log the cursor is the number of lines below the last one shown.
  const last = view.tab === "log" ? count - lines : count - 1;
  const cursor = Math.max(0, Math.min(view.cursor, last));
  const top = view.tab === "log" ? 0 : scrollTop(view.top, cursor, lines, count);
  return cursor === view.cursor && top === view.top ? view : { ...view, cursor, top };
}

function reconcileMarks(marked: UiState["marked"], { snapshot }: World): UiState["marked"] {
  if (marked.size === 0) return marked;
  const present = snapshot.torrents.filter(({ id }) => marked.has(id));
  return present.length === marked.size ? marked : new Set(present.map(({ id }) => id));
}

/** What was asked about a torrent that is gone needs no answer. */
function reconcileDialog(dialog: Dialog | null, world: World): Dialog | null {
  if (dialog?.kind === "remove") {
    const ids = dialog.ids.filter((id) => findTorrent(world.snapshot, id) !== undefined);
    if (ids.length === 0) return null;
    return ids.length === dialog.ids.length ? dialog : { ...dialog, ids };
  }
  if (dialog?.kind === "pick") return reconcilePick(dialog, world);
  const isGone = dialog?.kind === "why" && findTorrent(world.snapshot, dialog.id) === undefined;
  return isGone ? null : dialog;
}

/** Lines of the file picker that are not files. */
export const PICK_FRAME_LINES = 7;

function reconcilePick(dialog: PickDialog, { snapshot, plan }: World): PickDialog {
  const files = findTorrent(snapshot, dialog.id)?.files ?? [];
  const count = treeLines(files, dialog.folded).length;
  const cursor = Math.max(0, Math.min(dialog.cursor, count - 1));
  const height = Math.max(1, plan.body.height - PICK_FRAME_LINES);
  const top = scrollTop(dialog.top, cursor, height, count);
  return cursor === dialog.cursor && top === dialog.top ? dialog : { ...dialog, cursor, top };
}
