/** `starling rm TORRENT…`: forgets torrents; files stay unless `--data` takes what was downloaded with them. */
import { createInterface } from "node:readline/promises";
import { ClientError } from "../../core/errors.ts";
import type { TorrentSnapshot } from "../../session/session-view.ts";
import type { ProfileFlags } from "../arguments/profile.ts";
import { withEngine } from "../engine/with-engine.ts";
import { EXIT_OK } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { bytesText } from "../output/quantity-text.ts";
import { findTorrents } from "../torrents/find-torrents.ts";

interface RemoveFlags extends ProfileFlags {
  readonly data?: boolean;
  readonly force?: boolean;
}

export async function runRm(
  operands: readonly string[],
  flags: RemoveFlags,
  output: Output,
): Promise<number> {
  const deleteData = flags.data === true;
  return await withEngine(flags, async (engine) => {
    const torrents = findTorrents(engine.getSnapshot().torrents, operands);
    if (deleteData && flags.force !== true) await confirm(torrents);
    for (const { id, name, folder } of torrents) {
      await engine.commands.remove(id, { deleteData });
      output.result(
        deleteData ? `removed ${name} and its files` : `removed ${name}; its files are in ${folder}`,
      );
    }
    output.json({ ok: true, deleteData, torrents: torrents.map(({ id, name }) => ({ id, name })) });
    return EXIT_OK;
  });
}

/** Throws USAGE where the user does not agree, or nobody can be asked. */
async function confirm(torrents: readonly TorrentSnapshot[]): Promise<void> {
  const bytes = torrents.reduce((sum, { haveBytes }) => sum + haveBytes, 0);
  const what = `${torrents.map(({ name }) => name).join(", ")} (${bytesText(bytes)})`;
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true)
    throw new ClientError("USAGE", `Files of ${what} would be deleted`, { hint: "--force does not ask." });
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`Delete the files of ${what}? [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new ClientError("USAGE", "Nothing was removed");
  } finally {
    terminal.close();
  }
}
