/**
 * One download by the engine that ships, in its own thread as always: with the dashboard of this terminal or without.
 *   transfer dashboard|headless MAGNET HOST:PORT FOLDER RESULT
 * Writes to RESULT how many milliseconds lay between the first piece and the last.
 */
import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { showDashboard } from "../../src/cli/commands/open.ts";
import { startEngine } from "../../src/cli/engine/start-engine.ts";

const [mode = "", magnet = "", peer = "", folder = "", result = ""] = process.argv.slice(2);
const engine = await startEngine({
  host: "127.0.0.1",
  port: 0,
  bootstrap: [],
  addressProfile: "loopback",
  peers: [],
  maxDownBytesPerSecond: null,
  maxUpBytesPerSecond: null,
  defaultFolder: folder,
  state: "none",
  stateFolder: "",
});
if (mode === "dashboard") void showDashboard(engine, {});
// What is measured is a dashboard that is open, not one that opens: its start is another figure.
await sleep(1_000);
const { id } = await engine.view.commands.add({ kind: "magnet", text: magnet }, { folder, peers: [peer] });
const isDone = new Promise<number>((resolve) => {
  const look = (): void => {
    const milestones = engine.view.getSnapshot().torrents.find((torrent) => torrent.id === id)?.milestones;
    const { firstPieceMs = null, doneMs = null } = milestones ?? {};
    if (firstPieceMs !== null && doneMs !== null) resolve(doneMs - firstPieceMs);
  };
  engine.view.subscribe(look);
  look();
});
writeFileSync(result, String(await isDone));
process.exit(0);
