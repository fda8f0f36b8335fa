/**
 * Does what the transition function asked for: commands to the session and the few things that only the owner of the
 * terminal can do. Every effect ends in outcomes, failures included; nothing here throws.
 */
import type { SessionCommands, SessionView, TorrentSource } from "../session/session-view.ts";
import { isKeyLink, type PastedSource } from "./state/torrent-sources.ts";
import type { Effect, Failure, Outcome } from "./state/ui-state.ts";

/** What the command line lends the dashboard. */
export interface DashboardHelpers {
  /** The bytes of a `.torrent` file; rejects with a sentence for the user. `~` is the reader's business. */
  readTorrentFile(path: string): Promise<Uint8Array>;
  /** A link to the torrent that the key of `link` names now (BEP 46). Absent: the session is given `link` as it is. */
  resolveKeyLink?(link: string): Promise<string>;
  /** Hashes and shares a file or folder. Absent: the key says how to do it on the command line. */
  sharePath?(path: string): Promise<{ readonly id: string; readonly name: string; readonly magnet: string }>;
  /** The path that goes on as far as all names that begin like it agree. Absent: nothing is completed. */
  completePath?(path: string): Promise<string>;
  /** Puts text on the clipboard for sure. Absent: the terminal is asked to (OSC 52) and the link is shown. */
  copyText?(text: string): Promise<void>;
}

/** Effects that need no answer are done by the dashboard itself. */
export type SessionEffect = Exclude<Effect, { readonly kind: "mouse" | "repaint" | "suspend" | "leave" }>;

export interface EffectTools {
  readonly view: SessionView;
  readonly helpers: DashboardHelpers;
  /** Writes a control sequence to the terminal. */
  readonly write: (sequence: string) => void;
}

export async function runEffect(effect: SessionEffect, tools: EffectTools): Promise<Outcome | undefined> {
  try {
    return await attempt(effect, tools);
  } catch (error) {
    return { kind: "failed", failure: failureOf(error) };
  }
}

async function attempt(effect: SessionEffect, tools: EffectTools): Promise<Outcome | undefined> {
  const { commands } = tools.view;
  switch (effect.kind) {
    case "add":
      return addAll(effect, tools);
    case "share": {
      if (tools.helpers.sharePath === undefined) return undefined;
      return { kind: "shared", ...(await tools.helpers.sharePath(effect.path)) };
    }
    case "complete-path": {
      const completed = (await tools.helpers.completePath?.(effect.path)) ?? effect.path;
      return { kind: "completed-path", path: effect.path, completed };
    }
    case "copy":
      return copy(effect, tools);
    case "add-to-choose":
      return addToChoose(effect, tools);
    case "observe":
      return observe(effect, tools);
    case "start-chosen":
      if (effect.priorities !== null) await commands.setFilePriorities(effect.id, effect.priorities);
      await commands.resume(effect.id);
      return { kind: "added", ids: [effect.id], known: 0, failure: null };
    case "pause":
    case "resume":
      await Promise.all(effect.ids.map((id) => commands[effect.kind](id)));
      return undefined;
    case "verify":
      await Promise.all(effect.ids.map((id) => commands.verify(id)));
      return { kind: "said", text: "Checking its files from the first byte.", tone: "plain" };
    case "reannounce":
      await Promise.all(effect.ids.map((id) => commands.reannounce(id)));
      return { kind: "said", text: "Looking for peers now.", tone: "plain" };
    case "remove":
      await Promise.all(effect.ids.map((id) => commands.remove(id, { deleteData: effect.deleteData })));
      // Without its files it was said when the user removed it.
      return effect.deleteData ? { kind: "said", text: "Removed, files deleted.", tone: "ok" } : undefined;
    case "set-priorities":
      await commands.setFilePriorities(effect.id, effect.priorities);
      return undefined;
    case "set-torrents":
      await Promise.all(effect.ids.map((id) => commands.setTorrent(id, effect.settings)));
      return { kind: "said", text: "Set.", tone: "ok" };
    case "add-peers":
      await Promise.all(effect.ids.map((id) => commands.addPeers(id, effect.addresses)));
      return { kind: "said", text: "Trying that peer.", tone: "plain" };
    case "move":
      await Promise.all(effect.ids.map((id) => commands.moveData(id, effect.folder)));
      return { kind: "said", text: `Moved to ${effect.folder}.`, tone: "ok" };
    case "set-limits":
      await commands.configure({ maxDownBytesPerSecond: effect.down, maxUpBytesPerSecond: effect.up });
      return { kind: "said", text: "Speed limits set.", tone: "ok" };
  }
}

/** One after the other: the first that fails is told, the others are tried all the same. */
async function addAll(effect: Effect & { readonly kind: "add" }, tools: EffectTools): Promise<Outcome> {
  const ids: string[] = [];
  let known = 0;
  let failure: Failure | null = null;
  const folder = effect.folder === "" ? {} : { folder: effect.folder };
  for (const pasted of effect.sources) {
    try {
      const source = await sourceOf(pasted, tools.helpers);
      const { id, isNew } = await add(tools.view.commands, source, { ...folder, paused: effect.isPaused });
      ids.push(id);
      if (!isNew) known++;
    } catch (error) {
      failure ??= failureOf(error);
    }
  }
  return { kind: "added", ids, known, failure };
}

/** Only the list of its files is fetched; a torrent that is in the list already shows what it has chosen. */
async function addToChoose(
  effect: Effect & { readonly kind: "add-to-choose" },
  { view, helpers }: EffectTools,
): Promise<Outcome> {
  const source = await sourceOf(effect.source, helpers);
  const folder = effect.folder === "" ? {} : { folder: effect.folder };
  const { id, isNew } = await view.commands.add(source, { ...folder, metadataOnly: true });
  return { kind: "choosing", id, isNew };
}

/** As `probe` does: nothing is wanted, so nothing is fetched. One that was cancelled meanwhile needs no answer. */
async function observe(
  { id, fileCount }: Effect & { readonly kind: "observe" },
  { view }: EffectTools,
): Promise<undefined> {
  const { commands } = view;
  try {
    await commands.setFilePriorities(id, new Array<number>(fileCount).fill(0));
    await commands.resume(id);
  } catch {
    // Who has what is then not known before the start.
  }
}

function add(
  commands: SessionCommands,
  source: TorrentSource,
  options: { readonly folder?: string; readonly paused: boolean },
): Promise<{ readonly id: string; readonly isNew: boolean }> {
  return commands.add(
    source,
    options.paused ? options : { ...(options.folder ? { folder: options.folder } : {}) },
  );
}

async function sourceOf(pasted: PastedSource, helpers: DashboardHelpers): Promise<TorrentSource> {
  if (pasted.kind === "magnet") {
    const text = isKeyLink(pasted.text) ? await helpers.resolveKeyLink?.(pasted.text) : undefined;
    return { kind: "magnet", text: text ?? pasted.text };
  }
  return { kind: "metainfo", bytes: await helpers.readTorrentFile(pasted.path) };
}

/** Only links that we made leave through the clipboard, and only printable ones. */
const PLAIN_MAGNET = /^magnet:\?[\x21-\x7e]+$/;

async function copy(effect: Effect & { readonly kind: "copy" }, tools: EffectTools): Promise<Outcome> {
  const { magnet, name } = effect;
  if (!PLAIN_MAGNET.test(magnet)) {
    return { kind: "failed", failure: { message: "This torrent has no magnet link yet.", hint: "" } };
  }
  if (tools.helpers.copyText !== undefined) {
    await tools.helpers.copyText(magnet);
    return { kind: "said", text: `Copied the magnet link of ${name}.`, tone: "ok" };
  }
  tools.write(`\x1b]52;c;${btoa(magnet)}\x07`);
  return { kind: "sent-to-clipboard", name, magnet };
}

/** The sentences of a failure; errors of the session bring a hint. */
function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  const hint = typeof error === "object" && error !== null && "hint" in error ? error.hint : undefined;
  return { message, hint: typeof hint === "string" ? hint : "" };
}
