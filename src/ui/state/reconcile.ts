/**
 * Brings the state in line with the world: torrents come and go, lists get shorter, the terminal gets smaller. The
 * cursor stays on its torrent; when that goes, on the one that took its place.
 */
import { scrollTop } from "../layout/screen-plan.ts";
import { type Dialog, findTorrent, type UiState, type View, type World } from "./ui-state.ts";

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
    notice: state.notice !== null && state.notice.untilMs <= nowMs ? null : state.notice,
  };
  const isSame = (Object.keys(next) as (keyof typeof next)[]).every((key) => next[key] === state[key]);
  return isSame ? state : { ...state, ...next };
}

function reconcileView(view: View, { snapshot, plan }: World): View {
  if (view.kind === "events") {
    const offset = Math.max(0, Math.min(view.offset, snapshot.log.length - plan.body.height));
    return offset === view.offset ? view : { ...view, offset };
  }
  if (view.kind !== "details") return view;
  const torrent = findTorrent(snapshot, view.id);
  if (torrent === undefined) return { kind: "list" };
  const count = view.tab === "peers" ? torrent.peers.length : view.tab === "files" ? torrent.files.length : 0;
  const cursor = Math.max(0, Math.min(view.cursor, count - 1));
  const top = scrollTop(view.top, cursor, Math.max(0, plan.body.height - 1), count);
  return cursor === view.cursor && top === view.top ? view : { ...view, cursor, top };
}

/** What was asked about a torrent that is gone needs no answer. */
function reconcileDialog(dialog: Dialog | null, { snapshot }: World): Dialog | null {
  const isAboutTorrent = dialog?.kind === "remove" || dialog?.kind === "why";
  return isAboutTorrent && findTorrent(snapshot, dialog.id) === undefined ? null : dialog;
}
