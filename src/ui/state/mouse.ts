/** Clicks and the wheel, against the same plans that were drawn. A second click on the selected line opens it. */
import { hintBar, tabBar } from "../layout/bars.ts";
import { dialogHints } from "../layout/dialog-hints.ts";
import type { Region } from "../layout/screen-plan.ts";
import type { MouseInput } from "../terminal/input-events.ts";
import { updateDialog } from "./dialogs.ts";
import { chooseTab, move, perform } from "./perform.ts";
import { stay } from "./transitions.ts";
import {
  contextOf,
  type DetailsView,
  type Dialog,
  type Transition,
  type UiState,
  type World,
} from "./ui-state.ts";
import { tableLines } from "./view-lines.ts";

/** Lines that one notch of the wheel moves. */
const WHEEL_LINES = 3;

export function updateByMouse(state: UiState, input: MouseInput, world: World): Transition {
  if (state.dialog !== null) return updateDialogByMouse(state, state.dialog, input, world);
  if (input.action === "wheel-up") return stay(move(state, -WHEEL_LINES, world));
  if (input.action === "wheel-down") return stay(move(state, WHEEL_LINES, world));
  if (input.action !== "press" || input.button !== 0) return stay(state);
  return click(state, input, world);
}

/** In a dialog the wheel is the arrow keys, and what stands on the hint line can be clicked. */
function updateDialogByMouse(state: UiState, dialog: Dialog, input: MouseInput, world: World): Transition {
  const press = (key: string): Transition =>
    updateDialog(state, dialog, { kind: "key", key, text: key.length === 1 ? key : "" }, world);
  if (input.action === "wheel-up") return press("up");
  if (input.action === "wheel-down") return press("down");
  if (input.action !== "press" || input.button !== 0 || !isIn(world.plan.hints, input.row))
    return stay(state);
  const hint = dialogHints(dialog, world.plan.columns).find(
    ({ from, to }) => input.column >= from && input.column < to,
  );
  return hint === undefined || hint.key === "" ? stay(state) : press(hint.key);
}

function click(state: UiState, { column, row }: MouseInput, world: World): Transition {
  const { plan } = world;
  if (isIn(plan.hints, row)) {
    const situation = { isEmpty: world.snapshot.torrents.length === 0, canShare: world.canShare };
    const hint = hintBar(contextOf(state.view), situation, plan.columns).find(
      ({ from, to }) => column >= from && column < to,
    );
    return hint === undefined ? stay(state) : perform(state, hint.action, hint.key, world);
  }
  const tabs = state.view.kind === "list" ? plan.tabs : tabLineOf(plan.titleBar);
  if (isIn(tabs, row)) {
    const labels = tabBar(state.view, world.snapshot, plan.columns);
    const index = labels.findIndex(({ from, to }) => column >= from && column < to);
    return stay(index === -1 ? state : chooseTab(state, index));
  }
  if (state.view.kind === "list") return clickList(state, row, world);
  return stay(state.view.kind === "details" ? { ...state, view: clickTable(state.view, row, world) } : state);
}

function clickList(state: UiState, row: number, world: World): Transition {
  if (!isIn(world.plan.list, row)) return stay(state);
  const index = state.listTop + row - world.plan.list.top;
  const id = world.visibleIds[index];
  if (id === undefined) return stay(state);
  if (id === state.cursorId) return perform(state, "open", "enter", world);
  return stay({ ...state, cursorId: id, cursorIndex: index, awaitedId: null });
}

/** The tabs of a titled screen stand below its title. */
function tabLineOf({ top, height }: Region): Region {
  return { top: top + 1, height: Math.max(0, height - 1) };
}

/** The first line of a table is its head. */
function clickTable(view: DetailsView, row: number, { plan }: World): DetailsView {
  if ((view.tab !== "peers" && view.tab !== "files") || !isIn(plan.body, row)) return view;
  const line = row - plan.body.top - 1;
  const isLine = line >= 0 && line < tableLines(view, plan);
  return isLine ? { ...view, cursor: view.top + line } : view;
}

function isIn(region: Region, row: number): boolean {
  return row >= region.top && row < region.top + region.height;
}
