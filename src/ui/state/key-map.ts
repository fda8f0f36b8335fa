/**
 * Every key of the dashboard, once: dispatch, the hint line and the help screen all read this table. A key means the
 * same wherever it works; lower case is safe, upper case is stronger.
 */

/** Where keys work: the list, the tabs of the details, and the other screens. Dialogs have fields of their own. */
export const CONTEXTS = ["list", "details", "peers", "files", "dht", "events"] as const;
export type Context = (typeof CONTEXTS)[number];

export type ActionId =
  | "move-up"
  | "move-down"
  | "page-up"
  | "page-down"
  | "go-first"
  | "go-last"
  | "open"
  | "back"
  | "next-tab"
  | "previous-tab"
  | "choose-tab"
  | "fold"
  | "unfold"
  | "toggle-pause"
  | "toggle-file"
  | "raise-priority"
  | "lower-priority"
  | "remove"
  | "remove-data"
  | "copy-magnet"
  | "verify"
  | "reannounce"
  | "why"
  | "next-problem"
  | "mark"
  | "mark-all"
  | "undo"
  | "command"
  | "search"
  | "show-all"
  | "sort"
  | "reverse-sort"
  | "big-chart"
  | "dht"
  | "events"
  | "limits"
  | "torrent-limits"
  | "theme"
  | "add"
  | "share"
  | "help"
  | "repaint"
  | "suspend"
  | "quit"
  | "quit-now"
  | "interrupt";

export type HelpGroup = "MOVE" | "TORRENT" | "LIST" | "ANYWHERE" | "COMMANDS";

export interface Binding {
  readonly action: ActionId;
  /** Names as in `KeyInput.key`; the first is the one that is shown. */
  readonly keys: readonly string[];
  readonly contexts: readonly Context[];
  readonly group: HelpGroup;
  /** One or two words for the hint line. */
  readonly label: string;
  /** What it does, for the help screen. */
  readonly help: string;
}

const EVERYWHERE: readonly Context[] = CONTEXTS;
const TORRENT: readonly Context[] = ["list", "details", "peers", "files"];
const TABBED: readonly Context[] = [...TORRENT, "dht"];
const BELOW: readonly Context[] = ["details", "peers", "files", "dht", "events"];

function bind(
  action: ActionId,
  keys: readonly string[],
  contexts: readonly Context[],
  group: HelpGroup,
  label: string,
  help: string,
): Binding {
  return { action, keys, contexts, group, label, help };
}

export const KEY_MAP: readonly Binding[] = [
  bind("move-up", ["up", "k"], EVERYWHERE, "MOVE", "up", "one line up"),
  bind("move-down", ["down", "j"], EVERYWHERE, "MOVE", "down", "one line down"),
  bind("page-up", ["pageup", "ctrl+b"], EVERYWHERE, "MOVE", "page up", "one page up"),
  bind("page-down", ["pagedown", "ctrl+f"], EVERYWHERE, "MOVE", "page down", "one page down"),
  bind("go-first", ["g", "home"], EVERYWHERE, "MOVE", "first", "to the first line"),
  bind("go-last", ["G", "end"], EVERYWHERE, "MOVE", "last", "to the last line"),
  bind("open", ["enter", "right"], ["list"], "MOVE", "open", "details of the torrent"),
  bind("back", ["esc", "backspace"], BELOW, "MOVE", "back", "back to the list"),
  bind("fold", ["left"], ["files"], "MOVE", "fold", "fold a folder"),
  bind("unfold", ["right"], ["files"], "MOVE", "unfold", "unfold a folder"),
  bind("next-tab", ["tab"], TABBED, "MOVE", "next tab", "next tab"),
  bind("previous-tab", ["shift+tab"], TABBED, "MOVE", "previous tab", "previous tab"),
  bind("choose-tab", ["1", "2", "3", "4", "5", "6"], TABBED, "MOVE", "tab", "the tab of that number"),

  bind("toggle-pause", ["space"], ["list", "details", "peers"], "TORRENT", "pause", "pause or go on"),
  bind("why", ["w"], TORRENT, "TORRENT", "why", "why is it (not) going?"),
  bind("remove", ["x", "delete"], TORRENT, "TORRENT", "remove", "remove it, keep the files"),
  bind("remove-data", ["X"], TORRENT, "TORRENT", "delete", "delete it with its files"),
  bind("copy-magnet", ["c"], TORRENT, "TORRENT", "copy link", "copy its magnet link"),
  bind("reannounce", ["r"], TORRENT, "TORRENT", "look again", "look for peers now"),
  bind("verify", ["v"], TORRENT, "TORRENT", "verify", "check its files again"),
  bind("torrent-limits", ["L"], TORRENT, "TORRENT", "its limits", "speed limits of it alone"),
  bind("toggle-file", ["space"], ["files"], "TORRENT", "want", "want the file or not"),
  bind("raise-priority", ["+", "="], ["files"], "TORRENT", "sooner", "fetch the file sooner"),
  bind("lower-priority", ["-"], ["files"], "TORRENT", "later", "fetch the file later"),

  bind("search", ["/", "f"], ["list"], "LIST", "find", "find, filter: state:stuck"),
  bind("mark", ["m"], ["list"], "LIST", "mark", "mark for the next key"),
  bind("mark-all", ["M"], ["list"], "LIST", "mark all", "mark all listed, or none"),
  bind("show-all", ["esc"], ["list"], "LIST", "show all", "show all torrents again"),
  bind("sort", ["o"], ["list", "peers"], "LIST", "order", "sort by the next column"),
  bind("reverse-sort", ["O"], ["list", "peers"], "LIST", "reverse", "turn the order round"),
  bind("big-chart", ["z"], TORRENT, "TORRENT", "chart", "its rates as a big chart"),
  bind("next-problem", ["!"], TORRENT, "LIST", "problem", "to the next problem"),

  bind("dht", ["d"], EVERYWHERE, "ANYWHERE", "DHT", "how peers are found"),
  bind("events", ["e"], EVERYWHERE, "ANYWHERE", "events", "what happened"),
  bind("limits", ["l"], EVERYWHERE, "ANYWHERE", "limits", "speed limits"),
  bind("theme", ["t"], EVERYWHERE, "ANYWHERE", "theme", "other colours"),

  bind("add", ["a"], EVERYWHERE, "ANYWHERE", "add", "add magnet, hash, .torrent"),
  bind("share", ["s"], EVERYWHERE, "ANYWHERE", "share", "share a file or folder"),
  bind("command", [":"], EVERYWHERE, "ANYWHERE", "command", "command line, tab helps"),
  bind("undo", ["u"], EVERYWHERE, "ANYWHERE", "undo", "undo the last removal"),
  bind("help", ["?", "f1"], EVERYWHERE, "ANYWHERE", "help", "this help"),
  bind("repaint", ["ctrl+l"], EVERYWHERE, "ANYWHERE", "repaint", "draw the screen again"),
  bind("suspend", ["ctrl+z"], EVERYWHERE, "ANYWHERE", "suspend", "suspend (transfers too)"),
  bind("quit", ["q"], EVERYWHERE, "ANYWHERE", "quit", "quit"),
  bind("quit-now", ["Q"], EVERYWHERE, "ANYWHERE", "quit now", "quit without being asked"),
  bind("interrupt", ["ctrl+c"], EVERYWHERE, "ANYWHERE", "stop", "quit at once"),
];

/** Actions offered on the hint line, most useful first; `help` and `quit` follow and are never left out. */
const HINTS: Readonly<Record<Context, readonly ActionId[]>> = {
  list: [
    "add",
    "toggle-pause",
    "open",
    "why",
    "remove",
    "search",
    "share",
    "dht",
    "command",
    "mark",
    "sort",
    "limits",
    "events",
  ],
  details: [
    "back",
    "next-tab",
    "toggle-pause",
    "why",
    "remove",
    "copy-magnet",
    "reannounce",
    "verify",
    "big-chart",
    "dht",
  ],
  peers: ["back", "next-tab", "sort", "toggle-pause", "why", "reannounce", "copy-magnet", "dht"],
  files: ["back", "next-tab", "toggle-file", "raise-priority", "lower-priority", "fold", "why", "verify"],
  dht: ["back", "next-tab", "add", "events", "limits"],
  events: ["back", "add", "dht", "limits"],
};

/** On a screen without torrents most keys have nothing to work on. */
const EMPTY_HINTS: readonly ActionId[] = ["add", "share", "dht", "events", "limits"];

const BY_CONTEXT: ReadonlyMap<Context, ReadonlyMap<string, ActionId>> = new Map(
  CONTEXTS.map((context) => [context, keysOf(context)]),
);

function keysOf(context: Context): ReadonlyMap<string, ActionId> {
  const actions = new Map<string, ActionId>();
  for (const binding of KEY_MAP) {
    if (!binding.contexts.includes(context)) continue;
    for (const key of binding.keys) actions.set(key, binding.action);
  }
  return actions;
}

/** What `key` does in `context`. */
export function actionFor(context: Context, key: string): ActionId | undefined {
  return BY_CONTEXT.get(context)?.get(key);
}

export function bindingOf(action: ActionId): Binding {
  const binding = KEY_MAP.find((candidate) => candidate.action === action);
  if (binding === undefined) throw new Error(`no key is bound to ${action}`);
  return binding;
}

/** What of the hint line depends on more than the screen. */
export interface HintSituation {
  /** There is no torrent. */
  readonly isEmpty: boolean;
  readonly canShare: boolean;
}

/** Actions for the hint line of `context`, most useful first. */
export function hintActions(context: Context, { isEmpty, canShare }: HintSituation): readonly ActionId[] {
  const actions = context === "list" && isEmpty ? EMPTY_HINTS : HINTS[context];
  return canShare ? actions : actions.filter((action) => action !== "share");
}

const KEY_LABELS: Readonly<Record<string, string>> = {
  up: "↑",
  down: "↓",
  left: "←",
  right: "→",
  pageup: "PgUp",
  pagedown: "PgDn",
  home: "Home",
  end: "End",
  delete: "Del",
  f1: "F1",
  "shift+tab": "S-tab",
  "ctrl+b": "^B",
  "ctrl+f": "^F",
  "ctrl+l": "^L",
  "ctrl+z": "^Z",
  "ctrl+c": "^C",
};

const ASCII_KEY_LABELS: Readonly<Record<string, string>> = { up: "Up", down: "Dn", left: "Lt", right: "Rt" };

/** How a key is written on the screen. */
export function keyLabel(key: string, isAscii: boolean): string {
  return (isAscii ? ASCII_KEY_LABELS[key] : undefined) ?? KEY_LABELS[key] ?? key;
}

/** The keys of a binding as the help screen writes them: the first two, or the ends of a row of digits. */
export function keysLabel(keys: readonly string[], isAscii: boolean): string {
  const isRange = keys.length > 2 && keys.every((key) => /^\d$/.test(key));
  if (isRange) return `${keys[0]}-${keys.at(-1)}`;
  return keys
    .slice(0, 2)
    .map((key) => keyLabel(key, isAscii))
    .join(" ");
}
