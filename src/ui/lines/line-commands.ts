/** What can be typed in the line mode. Torrents are named by their number in the list. */
import type { SessionView, TorrentSnapshot } from "../../session/session-view.ts";
import type { DashboardHelpers } from "../run-effect.ts";
import { parseRateLimit } from "../state/rate-limit-text.ts";
import { findSources } from "../state/torrent-sources.ts";
import { statusSentence, torrentSentence, whySentences } from "./sentences.ts";

export interface LineTools {
  readonly view: SessionView;
  readonly helpers: DashboardHelpers;
}

interface LineCommand {
  readonly usage: string;
  readonly help: string;
  /** Answers lines to print; undefined: the argument is not one. */
  readonly run: (argument: string, tools: LineTools) => Promise<readonly string[] | undefined>;
}

/** A command on the torrent of that number. */
function onTorrent(
  word: string,
  help: string,
  run: (torrent: TorrentSnapshot, tools: LineTools) => Promise<readonly string[]>,
): [string, LineCommand] {
  const command: LineCommand = {
    usage: `${word} NUMBER`,
    help,
    run: async (argument, tools) => {
      const { torrents } = tools.view.getSnapshot();
      const torrent = torrents[Number(argument || (torrents.length === 1 ? "1" : "")) - 1];
      return torrent === undefined ? undefined : run(torrent, tools);
    },
  };
  return [word, command];
}

const done = async (work: Promise<unknown>, said: string): Promise<readonly string[]> => {
  await work;
  return [said];
};

const COMMANDS: ReadonlyMap<string, LineCommand> = new Map<string, LineCommand>([
  [
    "add",
    {
      usage: "add LINK",
      help: "add a magnet link, an info-hash or a .torrent file",
      run: async (argument, { view, helpers }) => {
        const sources = findSources(argument);
        if (sources.length === 0) return undefined;
        for (const source of sources) {
          const read =
            source.kind === "magnet"
              ? source
              : { kind: "metainfo" as const, bytes: await helpers.readTorrentFile(source.path) };
          await view.commands.add(read.kind === "magnet" ? { kind: "magnet", text: read.text } : read, {});
        }
        return ["Added."];
      },
    },
  ],
  [
    "share",
    {
      usage: "share PATH",
      help: "share a file or folder; the magnet link is printed",
      run: async (argument, { helpers }) => {
        if (argument === "" || helpers.sharePath === undefined) return undefined;
        const { magnet } = await helpers.sharePath(argument);
        return ["Shared. Its magnet link:", magnet];
      },
    },
  ],
  [
    "list",
    { usage: "list", help: "every torrent with its number", run: async (_, { view }) => listed(view) },
  ],
  [
    "status",
    {
      usage: "status",
      help: "the session in a sentence",
      run: async (_, { view }) => [statusSentence(view.getSnapshot())],
    },
  ],
  onTorrent("why", "why it is going or not", async (torrent) => whySentences(torrent)),
  onTorrent("pause", "pause it", ({ id, name }, { view }) =>
    done(view.commands.pause(id), `${name} is paused.`),
  ),
  onTorrent("resume", "let it go on", ({ id, name }, { view }) =>
    done(view.commands.resume(id), `${name} goes on.`),
  ),
  onTorrent("look", "look for peers now", ({ id }, { view }) =>
    done(view.commands.reannounce(id), "Looking for peers."),
  ),
  onTorrent("verify", "check its files again", ({ id }, { view }) =>
    done(view.commands.verify(id), "Checking its files."),
  ),
  onTorrent("link", "print its magnet link", async ({ magnet }) => [magnet]),
  onTorrent("remove", "remove it, its files are kept", ({ id, name }, { view }) =>
    done(view.commands.remove(id, { deleteData: false }), `${name} is removed; its files are still there.`),
  ),
  [
    "limit",
    {
      usage: "limit down RATE, or up",
      help: "speed limit, such as 2M; off for none",
      run: async (argument, { view }) => {
        const [direction = "", ...rate] = argument.split(/\s+/u);
        const limit = parseRateLimit(rate.join(" "));
        if ((direction !== "down" && direction !== "up") || rate.length === 0 || "isInvalid" in limit)
          return undefined;
        const { bytesPerSecond } = limit;
        await view.commands.configure(
          direction === "down"
            ? { maxDownBytesPerSecond: bytesPerSecond }
            : { maxUpBytesPerSecond: bytesPerSecond },
        );
        return ["Limit set."];
      },
    },
  ],
]);

function listed(view: SessionView): readonly string[] {
  const { torrents } = view.getSnapshot();
  if (torrents.length === 0) return ["Nothing here yet. Type add and a magnet link, or share and a path."];
  return torrents.map((torrent, index) => `${index + 1}. ${torrentSentence(torrent)}`);
}

export const HELP_LINES: readonly string[] = [
  ...[...COMMANDS.values()].map(({ usage, help }) => `${usage}: ${help}.`),
  "quit: leave.",
];

/** The answer to what was typed. A link alone is added. Failures are sentences too; nothing rejects. */
export async function runLine(text: string, tools: LineTools): Promise<readonly string[]> {
  const [, word = "", argument = ""] = /^\s*(\S*)\s*([\s\S]*?)\s*$/u.exec(text) ?? [];
  const isSource = findSources(text).length > 0 && !COMMANDS.has(word.toLowerCase());
  if (word.toLowerCase() === "help" || word === "?") return HELP_LINES;
  const command = COMMANDS.get(isSource ? "add" : word.toLowerCase());
  if (command === undefined) return [`There is no command ${word}. Type help.`];
  try {
    return (await command.run(isSource ? text : argument, tools)) ?? [`Type ${command.usage}.`];
  } catch (error) {
    const hint =
      typeof error === "object" && error !== null && "hint" in error ? String(error.hint ?? "") : "";
    return [`${error instanceof Error ? error.message : String(error)} ${hint}`.trim()];
  }
}
