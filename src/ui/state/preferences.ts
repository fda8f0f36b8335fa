/** What a user set once and expects to find again: how the list is ordered, and how things look. */
import { SORTS } from "./list-order.ts";
import { FILTERS } from "./torrent-filter.ts";
import { CHARTS, type UiState } from "./ui-state.ts";

export interface Preferences {
  readonly filter: UiState["filter"];
  readonly sort: UiState["sort"];
  readonly isReversed: boolean;
  readonly theme: string;
  readonly chart: UiState["chart"];
  readonly notifies: boolean;
}

export function preferencesOf(state: UiState, themeNames: readonly string[]): Preferences {
  const { filter, sort, isReversed, chart, themeIndex, notifies } = state;
  return { filter, sort, isReversed, chart, notifies, theme: themeNames[themeIndex] ?? "" };
}

/** `state` with what of `saved` is known here; saved by another version, it may be anything. */
export function withPreferences(state: UiState, saved: unknown, themeNames: readonly string[]): UiState {
  if (typeof saved !== "object" || saved === null) return state;
  const fields = saved as Readonly<Record<string, unknown>>;
  const oneOf = <Word extends string>(words: readonly Word[], name: string, otherwise: Word): Word =>
    words.find((word) => word === fields[name]) ?? otherwise;
  return {
    ...state,
    filter: oneOf(FILTERS, "filter", state.filter),
    sort: oneOf(SORTS, "sort", state.sort),
    isReversed: fields["isReversed"] === true,
    notifies: fields["notifies"] === true,
    chart: oneOf(CHARTS, "chart", state.chart),
    themeIndex: Math.max(0, themeNames.indexOf(oneOf(themeNames, "theme", ""))),
  };
}
