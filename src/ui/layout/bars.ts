/**
 * The tab bar and the hint bar as places on a line: what is drawn there and what a click there means come from the
 * same computation.
 */
import type { SessionSnapshot } from "../../session/session-view.ts";
import {
  type ActionId,
  bindingOf,
  type Context,
  type HintSituation,
  hintActions,
  keyLabel,
} from "../state/key-map.ts";
import { countByFilter, FILTER_LABELS, FILTERS } from "../state/torrent-filter.ts";
import { DETAIL_TABS, type DetailTab, DHT_TABS, type DhtTab, type View } from "../state/ui-state.ts";

/** Cells [`from`, `to`) of a line. */
interface Place {
  readonly from: number;
  readonly to: number;
}

export interface Hint extends Place {
  readonly action: ActionId;
  readonly key: string;
  readonly keyLabel: string;
  readonly label: string;
}

/** Never left out, however narrow the terminal: with these a user finds everything else. */
const ESSENTIAL: readonly ActionId[] = ["help", "quit"];
const HINT_GAP = 2;

/** The hints that fit into `columns`, most useful first, `help` and `quit` last. All in ASCII. */
export function hintBar(context: Context, situation: HintSituation, columns: number): readonly Hint[] {
  const width = (action: ActionId): number => hintText(action).length + HINT_GAP;
  const fits: ActionId[] = [];
  let left = columns - 1 + HINT_GAP - ESSENTIAL.reduce((sum, action) => sum + width(action), 0);
  for (const action of hintActions(context, situation)) {
    left -= width(action);
    if (left < 0) break;
    fits.push(action);
  }
  let from = 1;
  return [...fits, ...ESSENTIAL].map((action) => {
    const { keys, label } = bindingOf(action);
    const [key = ""] = keys;
    const to = from + hintText(action).length;
    const hint = { action, key, keyLabel: keyLabel(key, true), label, from, to };
    from = to + HINT_GAP;
    return hint;
  });
}

function hintText(action: ActionId): string {
  const { keys, label } = bindingOf(action);
  return `${keyLabel(keys[0] ?? "", true)} ${label}`;
}

export interface Tab extends Place {
  readonly label: string;
  readonly isChosen: boolean;
}

const DETAIL_TAB_LABELS: Readonly<Record<DetailTab, string>> = {
  overview: "Overview",
  pieces: "Pieces",
  peers: "Peers",
  files: "Files",
  dht: "DHT",
  log: "Log",
};

const DHT_TAB_LABELS: Readonly<Record<DhtTab, string>> = {
  table: "Table",
  lookups: "Lookups",
  network: "Network",
};

/** Below this, tabs of the details are numbers but for the chosen one. */
const NARROW_COLUMNS = 60;

/** The tabs of a screen, from the left; those of the list with the number of torrents under each. */
export function tabBar(
  view: View,
  snapshot: SessionSnapshot,
  columns: number,
  chosen?: string,
): readonly Tab[] {
  switch (view.kind) {
    case "details": {
      const isShort = (tab: DetailTab): boolean => columns < NARROW_COLUMNS && tab !== view.tab;
      const tabs = DETAIL_TABS.map((tab) => ({ id: tab, label: isShort(tab) ? "" : DETAIL_TAB_LABELS[tab] }));
      return placeTabs(tabs, view.tab, 1);
    }
    case "dht":
      return placeTabs(
        DHT_TABS.map((tab) => ({ id: tab, label: DHT_TAB_LABELS[tab] })),
        view.tab,
        1,
      );
    case "events":
      return [];
    case "list": {
      const counts = countByFilter(snapshot.torrents);
      return placeTabs(
        FILTERS.map((filter) => ({ id: filter, label: `${FILTER_LABELS[filter]} ${counts[filter]}` })),
        chosen,
        1,
      );
    }
  }
}

/** `1 All 12 │ 2 Down 3`: each with its number and a separator of three cells. */
function placeTabs(
  tabs: readonly { id: string; label: string }[],
  chosen: string | undefined,
  start: number,
): readonly Tab[] {
  let from = start;
  return tabs.map(({ id, label }, index) => {
    const text = `${index + 1} ${label}`.trimEnd();
    const tab = { label: text, isChosen: id === chosen, from, to: from + text.length };
    from = tab.to + " | ".length;
    return tab;
  });
}
