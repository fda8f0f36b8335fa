/** `starling pause|resume TORRENT…`. */

import { ClientError } from "../../core/errors.ts";
import type { EngineClient } from "../../session/index.ts";
import type { TorrentSnapshot } from "../../session/session-view.ts";
import type { ProfileFlags } from "../arguments/profile.ts";
import { withEngine } from "../engine/with-engine.ts";
import { EXIT_OK } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { findTorrents } from "../torrents/find-torrents.ts";

interface SelectFlags extends ProfileFlags {
  readonly all?: boolean;
}

export async function runPause(
  operands: readonly string[],
  flags: SelectFlags,
  output: Output,
): Promise<number> {
  return await forEach(operands, flags, output, "paused", (engine, { id }) => engine.commands.pause(id));
}

export async function runResume(
  operands: readonly string[],
  flags: SelectFlags,
  output: Output,
): Promise<number> {
  return await forEach(operands, flags, output, "resumed", (engine, { id }) => engine.commands.resume(id));
}

async function forEach(
  operands: readonly string[],
  flags: SelectFlags,
  output: Output,
  done: string,
  act: (engine: EngineClient, torrent: TorrentSnapshot) => Promise<void>,
): Promise<number> {
  if (operands.length === 0 && flags.all !== true)
    throw new ClientError("USAGE", "Which torrents?", { hint: "Name them, or give --all." });
  return await withEngine(flags, async (engine) => {
    const { torrents } = engine.getSnapshot();
    const chosen = flags.all === true ? torrents : findTorrents(torrents, operands);
    for (const torrent of chosen) {
      await act(engine, torrent);
      output.result(`${done} ${torrent.name}`);
    }
    output.json({ ok: true, torrents: chosen.map(({ id, name }) => ({ id, name })) });
    return EXIT_OK;
  });
}
