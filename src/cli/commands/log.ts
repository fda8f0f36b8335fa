/** `starling log [-f]`: what the engine has noted, the newest last. */
import type { EngineClient } from "../../session/index.ts";
import type { LogLine } from "../../session/session-view.ts";
import type { ProfileFlags } from "../arguments/profile.ts";
import { withEngine } from "../engine/with-engine.ts";
import { EXIT_OK } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { onStopRequest } from "../signals.ts";

interface LogFlags extends ProfileFlags {
  readonly follow?: boolean;
}

export async function runLog(_operands: readonly string[], flags: LogFlags, output: Output): Promise<number> {
  return await withEngine(flags, async (engine) => {
    if (flags.follow === true) return await follow(engine, output);
    const { log } = engine.getSnapshot();
    for (const line of log) output.result(lineText(line, engine));
    output.json({ ok: true, lines: log });
    return EXIT_OK;
  });
}

async function follow(engine: EngineClient, output: Output): Promise<number> {
  const stop = onStopRequest();
  let lastSequence = -1;
  const print = (): void => {
    for (const line of engine.getSnapshot().log) {
      if (line.sequence <= lastSequence) continue;
      lastSequence = line.sequence;
      output.result(lineText(line, engine));
      output.json({ v: 1, t: line.atUnixMs, type: "log", id: line.torrentId, text: line.text });
    }
  };
  const unsubscribe = engine.subscribe(print);
  print();
  try {
    return await stop.requested;
  } finally {
    unsubscribe();
    stop.dispose();
  }
}

function lineText(line: LogLine, engine: EngineClient): string {
  const torrent = engine.getSnapshot().torrents.find(({ id }) => id === line.torrentId);
  const time = `${new Date(line.atUnixMs).toISOString().slice(0, 19)}Z`;
  return `${time} ${torrent === undefined ? "" : `${torrent.name}: `}${line.text}`;
}
