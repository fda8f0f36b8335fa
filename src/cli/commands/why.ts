/** `starling why [TORRENT]`: the diagnosis with what it rests on. Exit 0 when all is well, 6 when something is stuck. */
import type { TorrentSnapshot } from "../../session/session-view.ts";
import type { ProfileFlags } from "../arguments/profile.ts";
import { withEngine } from "../engine/with-engine.ts";
import { EXIT_OK, exitCodeOf } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { findTorrents } from "../torrents/find-torrents.ts";
import { diagnosisLines } from "../views/diagnosis-lines.ts";

export async function runWhy(
  operands: readonly string[],
  flags: ProfileFlags,
  output: Output,
): Promise<number> {
  return await withEngine(flags, async (engine) => {
    const all = engine.getSnapshot().torrents;
    const torrents = operands.length === 0 ? all : findTorrents(all, operands);
    const isStuck = torrents.some(({ diagnosis }) => diagnosis.severity === "problem");
    for (const torrent of torrents) for (const line of diagnosisLines(torrent)) output.result(line);
    output.json({ ok: !isStuck, torrents: torrents.map(diagnosisFields) });
    return isStuck ? exitCodeOf("STALLED") : EXIT_OK;
  });
}

export function diagnosisFields({ id, name, chain, health, diagnosis }: TorrentSnapshot): object {
  return { id, name, ...diagnosis, chain, health };
}
