/** Torrents that other programs had, taken over from the state that they wrote themselves a moment ago. */
import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeForeignContent } from "../support/foreign-content.ts";
import { Lab } from "./support/lab.ts";
import { PEER_SCRIPTS, requireInstalled, STARLING_PROGRAM } from "./support/prerequisites.ts";

let lab: Lab;

beforeAll(() => {
  requireInstalled("starling", "qbittorrent", "transmission", "rtorrent", "network namespaces");
  lab = new Lab();
});

afterAll(() => lab?.close());

interface Answer {
  readonly exit: number | null;
  readonly answer: {
    readonly torrents: readonly Readonly<Record<string, unknown>>[];
    readonly trackers?: number;
  };
}

const PROGRAMS = [
  ["qbittorrent", join("state", "qBittorrent", "data", "BT_backup")],
  ["transmission", "state"],
  ["rtorrent", "state"],
] as const;

describe.each(PROGRAMS)("the torrents of %s", (program, stateFolder) => {
  test("move with progress, labels and places; nothing is fetched, copied or hashed again", () => {
    const folder = lab.newFolder(program);
    const home = lab.newFolder("home");
    writeForeignContent(folder);
    execFileSync("unshare", ["--net", "bash", join(PEER_SCRIPTS, "foreign-programs.sh"), program, folder], {
      stdio: "ignore",
    });
    const starling = (...args: readonly string[]): Answer => {
      const env = {
        PATH: process.env["PATH"],
        HOME: home,
        XDG_RUNTIME_DIR: home,
        STARLING_LOOPBACK_ONLY: "1",
        STARLING_HOST: lab.newHost(),
        STARLING_PORT: "0",
        STARLING_BOOTSTRAP: "none",
      };
      const command = [STARLING_PROGRAM, ...args, "--json"];
      const { status, stdout } = spawnSync(process.execPath, command, { env, cwd: home, encoding: "utf8" });
      return { exit: status, answer: JSON.parse(stdout) as Answer["answer"] };
    };

    const { exit, answer } = starling("import", program, join(folder, stateFolder));
    expect(exit).toBe(0);
    expect(answer).toMatchObject({ trackers: 8, unreadable: [] });
    expect(starling("daemon", "start").exit).toBe(0);
    const deadlineMs = Date.now() + 20_000;
    let torrents: Answer["answer"]["torrents"] = [];
    while (torrents.filter(({ phase }) => phase === "seeding").length < 2 && Date.now() < deadlineMs)
      ({ torrents } = starling("ls").answer);
    const byName = Object.fromEntries(torrents.map((torrent) => [torrent["name"], torrent]));
    expect(byName).toMatchObject({
      album: { phase: "seeding", havePieces: 10, labels: ["music"], folder: join(folder, "data") },
      half: { phase: "paused", havePieces: 4, labels: [] },
      "single.bin": { phase: "seeding", havePieces: 4 },
    });
    expect(byName).not.toHaveProperty("secret");
    expect(starling("stop").exit).toBe(0);
  });
});
