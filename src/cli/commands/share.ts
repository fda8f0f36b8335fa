/** `starling share`: one torrent a path, its magnet on stdout, then seeding until a signal. */
import { ClientError } from "../../core/errors.ts";
import { formatMagnet } from "../../torrent/magnet.ts";
import { encodeTorrentFile } from "../../torrent/metainfo.ts";
import {
  DEFAULT_PORT,
  type NetworkFlags,
  parseLimits,
  parseNetworkOptions,
  parsePeers,
  parseRecording,
  type RecordingFlags,
} from "../arguments/network-options.ts";
import { noteRecording } from "../engine/engine-recording.ts";
import { sharedEngineSettings } from "../engine/shared-settings.ts";
import { startEngine } from "../engine/start-engine.ts";
import { EXIT_OK } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { onStopRequest } from "../signals.ts";
import { type MadeTorrent, type MakeTorrentFlags, makeTorrent } from "../transfers/make-torrent.ts";
import { runTransfer } from "../transfers/run-transfer.ts";
import { announceListening } from "./get.ts";

interface ShareFlags extends NetworkFlags, MakeTorrentFlags, RecordingFlags {
  readonly peer?: readonly string[];
  readonly maxDown?: string;
  readonly maxUp?: string;
  readonly superSeed?: boolean;
}

export async function runShare(
  operands: readonly string[],
  flags: ShareFlags,
  output: Output,
): Promise<number> {
  if (flags.name !== undefined && operands.length > 1) {
    throw new ClientError("USAGE", "--name fits one path only", { hint: "Share the paths one by one." });
  }
  const network = parseNetworkOptions(flags, DEFAULT_PORT);
  const limits = parseLimits(flags);
  const peers = parsePeers(flags.peer);
  const made: MadeTorrent[] = [];
  for (const path of operands) made.push(await makeTorrent(path, flags, output));
  const stop = onStopRequest();
  const engine = await startEngine(
    sharedEngineSettings({ network, limits, peers, folder: process.cwd(), recording: parseRecording(flags) }),
  );
  try {
    for (const { metainfo, folder, added } of made) {
      const bytes = encodeTorrentFile(metainfo);
      await engine.view.commands.add(
        { kind: "metainfo", bytes },
        { folder, peers, seedOnly: true, superSeed: flags.superSeed === true, ...added },
      );
    }
    for (const { metainfo } of made) {
      const magnet = formatMagnet({ infoHash: metainfo.infoHash, displayName: metainfo.name });
      output.result(magnet);
      output.json({ v: 1, t: Date.now(), type: "share", id: metainfo.id, magnet, name: metainfo.name });
    }
    announceListening(engine, output);
    const ids = made.map(({ metainfo }) => metainfo.id);
    const rules = { ids, endsWhenFinished: false };
    await runTransfer(engine, rules, output, stop);
    return EXIT_OK;
  } finally {
    stop.dispose();
    noteRecording(engine, output);
    await engine.close();
  }
}
