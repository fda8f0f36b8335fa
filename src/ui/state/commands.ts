/**
 * The command line behind `:`: every action of the key map by its name, and what needs an argument. Help, completion and
 * what is said of a wrong argument all come from these tables.
 */
import type { TorrentSettings } from "../../session/session-view.ts";
import { type ActionId, KEY_MAP } from "./key-map.ts";
import { SORTS } from "./list-order.ts";
import { openAddDialog } from "./open-dialogs.ts";
import { perform } from "./perform.ts";
import { parseRateLimit } from "./rate-limit-text.ts";
import { FILTERS } from "./torrent-filter.ts";
import { QUERY_TERMS } from "./torrent-query.ts";
import { findSources } from "./torrent-sources.ts";
import { noticed, stay, withEffect } from "./transitions.ts";
import {
  CHARTS,
  contextOf,
  currentTorrents,
  DETAIL_TABS,
  type Transition,
  type UiState,
  type World,
} from "./ui-state.ts";

export interface Command {
  readonly name: string;
  /** What follows the name, for people; "" for nothing. */
  readonly argument: string;
  readonly help: string;
  /** What the argument can be; the command line completes it. */
  readonly choices: (world: World) => readonly string[];
  /** Undefined: the argument is not one. */
  readonly run: (state: UiState, argument: string, world: World) => Transition | undefined;
}

const none = (): readonly string[] => [];

/** A command that takes one of `choices`. */
function choice<Word extends string>(
  name: string,
  help: string,
  choices: (world: World) => readonly Word[],
  run: (state: UiState, word: Word, world: World) => Transition,
): Command {
  return {
    name,
    argument: "WHICH",
    help,
    choices,
    run: (state, argument, world) => {
      const word = choices(world).find((candidate) => candidate === argument);
      return word === undefined ? undefined : run(state, word, world);
    },
  };
}

const WITH_ARGUMENT: readonly Command[] = [
  {
    name: "add",
    argument: "LINK",
    help: "add a magnet link, hash or .torrent file",
    choices: none,
    run: (state, argument, world) => {
      const dialog = openAddDialog(world, argument);
      if (argument === "") return stay({ ...state, dialog });
      const sources = findSources(argument);
      if (sources.length === 0) return undefined;
      return withEffect(state, { kind: "add", sources, folder: dialog.folder.value, isPaused: false });
    },
  },
  {
    name: "share",
    argument: "PATH",
    help: "share a file or folder",
    choices: none,
    run: (state, argument, world) =>
      argument === "" || !world.canShare
        ? perform(state, "share", "", world)
        : withEffect(state, { kind: "share", path: argument }),
  },
  {
    name: "find",
    argument: "WORDS",
    help: "list what fits: words, state:stuck, copies<1",
    choices: () => QUERY_TERMS,
    run: (state, argument) => stay({ ...state, view: { kind: "list" }, query: argument }),
  },
  choice(
    "show",
    "the torrents of a tab",
    () => FILTERS,
    (state, filter) => stay({ ...state, view: { kind: "list" }, filter, query: "" }),
  ),
  choice(
    "sort",
    "order of the list",
    () => SORTS,
    (state, sort) => stay({ ...state, sort, isReversed: false }),
  ),
  choice(
    "tab",
    "tab of the details",
    () => DETAIL_TABS,
    (state, tab, world) => {
      const opened = state.view.kind === "details" ? state : perform(state, "open", "", world).state;
      if (opened.view.kind !== "details") return stay(opened);
      return stay({ ...opened, view: { ...opened.view, tab, cursor: 0, top: 0 } });
    },
  ),
  choice(
    "theme",
    "colours",
    ({ themeNames }) => themeNames,
    (state, theme, { themeNames }) => stay({ ...state, themeIndex: themeNames.indexOf(theme) }),
  ),
  choice(
    "chart",
    "signs of the charts",
    () => CHARTS,
    (state, chart) => stay({ ...state, chart }),
  ),
  choice(
    "mouse",
    "reports of the mouse; off to select text",
    () => ["on", "off"] as const,
    (state, word) => withEffect(state, { kind: "mouse", isOn: word === "on" }),
  ),
  choice(
    "notify",
    "tell the terminal what is complete or in trouble (OSC 9)",
    () => ["on", "off"] as const,
    (state, word) => stay({ ...state, notifies: word === "on" }),
  ),
  {
    name: "limit",
    argument: "down|up RATE",
    help: "speed limit of all torrents: 2M, 500K, off",
    choices: () => ["down 1M", "down 10M", "down off", "up 1M", "up 10M", "up off"],
    run: (state, argument, world) => {
      const [direction, ...rate] = argument.split(/\s+/u);
      const limit = parseRateLimit(rate.join(" "));
      const isWrong =
        (direction !== "down" && direction !== "up") || rate.length === 0 || "isInvalid" in limit;
      if (isWrong) return undefined;
      const { maxDownBytesPerSecond: down, maxUpBytesPerSecond: up } = world.snapshot;
      const changed =
        direction === "down" ? { down: limit.bytesPerSecond, up } : { down, up: limit.bytesPerSecond };
      return withEffect(state, { kind: "set-limits", ...changed });
    },
  },
];

/** What is set of the marked torrents, or of the current one. */
const OF_TORRENTS: readonly Command[] = [
  ofTorrents("label", "WORDS", "labels, apart by spaces; none takes them away", none, (argument) => {
    return { labels: argument.split(/\s+/u).filter((label) => label !== "" && label !== "none") };
  }),
  ofTorrents(
    "sequential",
    "on|off",
    "fetch from the beginning on",
    () => ["on", "off"],
    (argument) => (argument === "on" || argument === "off" ? { isSequential: argument === "on" } : undefined),
  ),
  ofTorrents(
    "ratio",
    "NUMBER",
    "stop seeding at this ratio; off for never",
    () => ["1", "1.5", "2", "off"],
    (argument) => {
      if (argument === "off") return { seedRatio: null };
      const ratio = argument === "" ? Number.NaN : Number(argument);
      return ratio >= 0 ? { seedRatio: ratio } : undefined;
    },
  ),
  {
    name: "peer",
    argument: "HOST:PORT",
    help: "try this peer",
    choices: none,
    run: (state, argument, world) => {
      const ids = currentTorrents(state, world).map(({ id }) => id);
      const addresses = argument.split(/\s+/u).filter((address) => address !== "");
      if (addresses.length === 0 || ids.length === 0) return undefined;
      return withEffect(state, { kind: "add-peers", ids, addresses });
    },
  },
  {
    name: "move",
    argument: "FOLDER",
    help: "move its data to another folder",
    choices: none,
    run: (state, folder, world) => {
      const ids = currentTorrents(state, world).map(({ id }) => id);
      if (folder === "" || ids.length === 0) return undefined;
      return withEffect(state, { kind: "move", ids, folder });
    },
  },
];

function ofTorrents(
  name: string,
  argument: string,
  help: string,
  choices: () => readonly string[],
  settings: (argument: string) => TorrentSettings | undefined,
): Command {
  return {
    name,
    argument,
    help,
    choices,
    run: (state, text, world) => {
      const ids = currentTorrents(state, world).map(({ id }) => id);
      const chosen = settings(text);
      if (chosen === undefined || ids.length === 0) return undefined;
      return withEffect(state, { kind: "set-torrents", ids, settings: chosen });
    },
  };
}

/** Actions that need the key they were started with, or that a command with an argument does. */
const NOT_BY_NAME: readonly ActionId[] = ["choose-tab", "command", "add", "share", "sort", "theme"];

/** Everything that can be typed, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  ...WITH_ARGUMENT,
  ...OF_TORRENTS,
  ...[...new Map(KEY_MAP.map((binding) => [binding.action, binding])).values()]
    .filter(({ action }) => !NOT_BY_NAME.includes(action))
    .map(({ action, help, contexts }): Command => {
      return {
        name: action,
        argument: "",
        help,
        choices: none,
        run: (state, argument, world) => {
          if (argument !== "") return undefined;
          if (contexts.includes(contextOf(state.view))) return perform(state, action, "", world);
          return noticed(state, world, `"${help}" works on another screen.`, "look");
        },
      };
    }),
];

/** Runs what was typed behind `:`. What cannot be read is said, and nothing happens. */
export function runCommand(state: UiState, text: string, world: World): Transition {
  const { name, argument } = split(text);
  if (name === "") return stay(state);
  const command = commandOf(name);
  if (command === undefined) {
    return noticed(state, world, `There is no command "${name}"; ? lists them.`, "look");
  }
  const transition = command.run(state, argument, world);
  if (transition !== undefined) return transition;
  const usage = `${command.name} ${command.argument}`.trim();
  const choices = command.choices(world).slice(0, CHOICES_NAMED).join(", ");
  return noticed(state, world, `Write: ${usage}${choices === "" ? "" : ` (${choices})`}`, "look");
}

const CHOICES_NAMED = 8;

/** A name or the unmistakable beginning of one. */
function commandOf(name: string): Command | undefined {
  const exact = COMMANDS.find((command) => command.name === name);
  if (exact !== undefined) return exact;
  const begun = COMMANDS.filter((command) => command.name.startsWith(name));
  return begun.length === 1 ? begun[0] : undefined;
}

/** What `text` can become, best first: names of commands, then arguments of the one that is named. */
export function completionsOf(text: string, world: World): readonly string[] {
  const hasArgument = /\s/u.test(text.trimStart());
  const { name, argument } = split(text);
  if (!hasArgument) {
    return COMMANDS.filter((command) => command.name.startsWith(name)).map((command) => command.name);
  }
  const choices = commandOf(name)?.choices(world) ?? [];
  // Of several words the last is completed.
  const space = choices.some((word) => word.startsWith(argument)) ? -1 : argument.lastIndexOf(" ");
  const kept = argument.slice(0, space + 1);
  const begun = argument.slice(space + 1);
  return choices.filter((word) => word.startsWith(begun)).map((word) => `${name} ${kept}${word}`);
}

function split(text: string): { readonly name: string; readonly argument: string } {
  const [, name = "", argument = ""] = /^\s*(\S*)\s*([\s\S]*?)\s*$/u.exec(text) ?? [];
  return { name: name.toLowerCase(), argument };
}
