import { expect, test } from "vitest";
import { Output } from "../../src/cli/output/output.ts";
import { runTransfer } from "../../src/cli/transfers/run-transfer.ts";
import type { SessionView } from "../../src/session/session-view.ts";
import { aSessionSnapshot, aTorrentSnapshot } from "../session/support/snapshots.ts";

const NEVER = new Promise<never>(() => {});

test("a torrent that fails ends the transfer with the engine's own code and the diagnosis as the sentence", async () => {
  const torrent = aTorrentSnapshot({
    phase: "failed",
    failure: { code: "TORRENT_PRIVATE", message: "private", hint: null },
    diagnosis: { ...aTorrentSnapshot().diagnosis, code: "U6", sentence: "This torrent is private." },
  });
  const view: Pick<SessionView, "getSnapshot" | "subscribe"> = {
    getSnapshot: () => aSessionSnapshot({ torrents: [torrent] }),
    subscribe: () => () => {},
  };

  const transfer = runTransfer(
    { view: view as SessionView, failed: NEVER },
    { ids: [torrent.id], endsWhenFinished: true },
    new Output({ quiet: true }),
    { requested: NEVER, dispose: () => {} },
  );

  await expect(transfer).rejects.toMatchObject({
    code: "TORRENT_PRIVATE",
    message: "This torrent is private.",
  });
});
