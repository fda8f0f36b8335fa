/** Clicks and the wheel, against the same plans that were drawn. A second click on the selected line opens it. */
import { hintBar, tabBar } from "../layout/bars.ts";
import type { Region } from "../layout/screen-plan.ts";
import type { MouseInput } from "../terminal/input-events.ts";
import { chooseTab, move, perform } from "./perform.ts";
import { stay } from "./transitions.ts";
import { contextOf, type Transition, type UiState, type View, type World } from "./ui-state.ts";

/** Lines that one notch of the wheel moves. */
const WHEEL_LINES = 3;

export function updateByMouse(state: UiState, input: MouseInput, world: World): Transition {
  if (state.dialog !== null) return stay(state);
  if (input.action === "wheel-up") return stay(move(state, -WHEEL_LINES, world));
  if (input.action === "wheel-down") return stay(move(state, WHEEL_LINES, world));
  if (input.action !== "press" || input.button !== 0) return stay(state);
  return click(state, input, world);
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
  const tabs = state.view.kind === "list" ? plan.tabs : plan.titleBar;
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

/** The first line of a table is its head. */
function clickTable(view: View & { kind: "details" }, row: number, { plan }: World): View {
  if ((view.tab !== "peers" && view.tab !== "files") || !isIn(plan.body, row)) return view;
  const line = row - plan.body.top - 1;
  return line < 0 ? view : { ...view, cursor: view.top + line };
}

function isIn(region: Region, row: number): boolean {
  return row >= region.top && row < region.top + region.height;
}
