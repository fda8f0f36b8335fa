/** `starling set TORRENT key=value…`: what one torrent is told. */
import { ClientError } from "../../core/errors.ts";
import type { EngineClient } from "../../session/index.ts";
import type { TorrentSettings } from "../../session/session-view.ts";
import {
  isNone,
  type KeyReaders,
  parseNumberOrNone,
  parseSwitch,
  readKeyValues,
} from "../arguments/key-values.ts";
import { parseRate } from "../arguments/quantities.ts";
import { type ProfileFlags, withEngine } from "../engine/with-engine.ts";
import { EXIT_OK } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { findTorrent } from "../torrents/find-torrents.ts";
import { parseTimeOrNone } from "./limit.ts";

const READERS: KeyReaders<TorrentSettings> = {
  labels: (text) => ({ labels: isNone(text) || text === "" ? [] : text.split(",") }),
  sequential: (text, key) => ({ isSequential: parseSwitch(text, key) }),
  down: (text, key) => ({ maxDownBytesPerSecond: parseRate(text, key) }),
  up: (text, key) => ({ maxUpBytesPerSecond: parseRate(text, key) }),
  ratio: (text, key) => ({ seedRatio: parseNumberOrNone(text, key) }),
  time: (text, key) => ({ seedForMs: parseTimeOrNone(text, key) }),
  goal: (text) => parseGoal(text),
  queue: (text, key) => ({ queuePosition: parsePlace(text, key) }),
};

export async function runSet(
  operands: readonly string[],
  flags: ProfileFlags,
  output: Output,
): Promise<number> {
  const [name, ...assignments] = operands as [string, ...string[]];
  const settings: TorrentSettings = Object.assign({}, ...readKeyValues(assignments, READERS));
  return await withEngine(flags, async (engine: EngineClient) => {
    const torrent = findTorrent(engine.getSnapshot().torrents, name);
    await engine.commands.setTorrent(torrent.id, settings);
    output.result(`set ${assignments.join(" ")} of ${torrent.name}`);
    output.json({ ok: true, id: torrent.id, name: torrent.name, settings });
    return EXIT_OK;
  });
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
