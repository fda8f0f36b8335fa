/** `starling seed`: offer data that is on disk; what is missing of it is fetched like any download. */
import { resolve } from "node:path";
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
import type { Output } from "../output/output.ts";
import { onStopRequest } from "../signals.ts";
import { readSource } from "../transfers/read-source.ts";
import { runTransfer } from "../transfers/run-transfer.ts";
import { announceListening } from "./get.ts";

interface SeedFlags extends NetworkFlags, RecordingFlags {
  readonly data: string;
  readonly peer?: readonly string[];
  readonly maxDown?: string;
  readonly maxUp?: string;
}

export async function runSeed(
  operands: readonly string[],
  flags: SeedFlags,
  output: Output,
): Promise<number> {
  const network = parseNetworkOptions(flags, DEFAULT_PORT);
  const peers = parsePeers(flags.peer);
  const source = await readSource(operands[0] as string);
  const folder = resolve(flags.data);
  const stop = onStopRequest();
  const engine = await startEngine(
    sharedEngineSettings({
      network,
      limits: parseLimits(flags),
      peers,
      folder,
      recording: parseRecording(flags),
    }),
  );
  try {
    const { id } = await engine.view.commands.add(source, { folder, peers, seedOnly: true });
    announceListening(engine, output);
    const rules = { ids: [id], endsWhenFinished: true };
    return (await runTransfer(engine, rules, output, stop)).exit;
  } finally {
    stop.dispose();
    noteRecording(engine, output);
    await engine.close();
  }
}
