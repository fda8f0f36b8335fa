/** `starling set TORRENT key=value…`: what one torrent is told. */
import { resolve } from "node:path";
import { ClientError } from "../../core/errors.ts";
import type { EngineClient } from "../../session/index.ts";
import type { TorrentSettings } from "../../session/session-view.ts";
import { parseFileSelection, priorityOfFiles, selectFiles } from "../../torrent/file-selection.ts";
import {
  isNone,
  type KeyReaders,
  parseNumberOrNone,
  parseSwitch,
  readKeyValues,
} from "../arguments/key-values.ts";
import type { ProfileFlags } from "../arguments/profile.ts";
import { parseRate } from "../arguments/quantities.ts";
import { withEngine } from "../engine/with-engine.ts";
import { EXIT_OK } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { findTorrent } from "../torrents/find-torrents.ts";
import { exportMetainfo } from "../transfers/export-metainfo.ts";
import { parseTimeOrNone } from "./limit.ts";

/** What is told: settings of the torrent, its files, its place. */
interface Change extends TorrentSettings {
  readonly files?: string;
  readonly folder?: string;
}

const READERS: KeyReaders<Change> = {
  labels: (text) => ({ labels: isNone(text) || text === "" ? [] : text.split(",") }),
  sequential: (text, key) => ({ isSequential: parseSwitch(text, key) }),
  down: (text, key) => ({ maxDownBytesPerSecond: parseRate(text, key) }),
  up: (text, key) => ({ maxUpBytesPerSecond: parseRate(text, key) }),
  ratio: (text, key) => ({ seedRatio: parseNumberOrNone(text, key) }),
  time: (text, key) => ({ seedForMs: parseTimeOrNone(text, key) }),
  goal: (text) => parseGoal(text),
  queue: (text, key) => ({ queuePosition: parsePlace(text, key) }),
  files: (text) => ({ files: text }),
  folder: (text) => ({ folder: resolve(text) }),
};

export async function runSet(
  operands: readonly string[],
  flags: ProfileFlags,
  output: Output,
): Promise<number> {
  const [name, ...assignments] = operands as [string, ...string[]];
  const change: Change = Object.assign({}, ...readKeyValues(assignments, READERS));
  const { files, folder, ...settings } = change;
  return await withEngine(flags, async (engine: EngineClient) => {
    const torrent = findTorrent(engine.getSnapshot().torrents, name);
    if (Object.keys(settings).length > 0) await engine.commands.setTorrent(torrent.id, settings);
    if (files !== undefined) await chooseFiles(engine, torrent.id, files);
    if (folder !== undefined) await engine.commands.moveData(torrent.id, folder);
    output.result(`set ${assignments.join(" ")} of ${torrent.name}`);
    output.json({ ok: true, id: torrent.id, name: torrent.name, settings: change });
    return EXIT_OK;
  });
}

/** `all`, or a selection as `--select` has it. Throws USAGE for one that names no file. */
async function chooseFiles(engine: EngineClient, id: string, text: string): Promise<void> {
  const metainfo = await exportMetainfo(engine, id);
  const selection = parseFileSelection(text === "all" ? "*" : text);
  const selected = selection.ok ? selectFiles(selection.value, metainfo.files) : selection;
  if (!selected.ok) throw new ClientError("USAGE", `files: ${selected.fault.message}`);
  const listed = selected.value.filter((_, i) => metainfo.files[i]?.isPadding === false);
  await engine.commands.setFilePriorities(id, [...priorityOfFiles(listed)]);
}

function parseGoal(text: string): TorrentSettings {
  if (text === "default") return { usesDefaultGoal: true };
  if (isNone(text)) return { seedRatio: null, seedForMs: null };
  throw new ClientError("USAGE", `goal: "${text}" is neither default nor none`, {
    hint: "ratio=1.5 and time=14d set a goal of its own.",
  });
}

/** Counted from 1, as people do. */
function parsePlace(text: string, key: string): number {
  if (text === "first") return 0;
  if (text === "last") return Number.MAX_SAFE_INTEGER;
  const place = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : Number.NaN;
  if (place > 0) return place - 1;
  throw new ClientError("USAGE", `${key}: "${text}" is not a place`, {
    hint: "Use first, last or a number from 1.",
  });
}
