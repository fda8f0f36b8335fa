/** The built program in a real pseudo-terminal, read through a terminal emulator. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Screen } from "./screen.ts";
import { PROGRAM, run, scratchFolder } from "./support.ts";

const PATIENT_MS = 60_000;
/** On this machine only, on a free port, knowing nobody. */
const ALONE = ["--host", "127.0.0.1", "--port", "0", "--bootstrap", "none"];
const MAGNET = "magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567&dn=lecture";

test(
  "a newcomer sees what to do; a pasted magnet runs after two keys, and the terminal comes back",
  async () => {
    const home = scratchFolder();
    const screen = new Screen(ALONE, home);
    await screen.shows(/Nothing here yet/);
    expect(screen.isAlternate).toBe(true);
    screen.paste(MAGNET);
    await screen.shows(/lecture/);
    screen.press("\r");
    await screen.shows(/▸.*lecture[\s\S]*WHY/);
    expect(screen.keys).toBeLessThanOrEqual(3);
    screen.pty.write("q");
    await Promise.race([screen.shows(/q quit/), screen.exited]);
    screen.pty.write("q");
    expect(await screen.exited).toBe(0);
    expect(screen.isAlternate).toBe(false);
    expect(screen.bytes).not.toContain("\x1b[3J");
    expect(screen.bytes).toContain("\x1b[?25h");
    expect(screen.modes).toMatchObject({
      bracketedPasteMode: false,
      mouseTrackingMode: "none",
      sendFocusMode: false,
      wraparoundMode: true,
    });
  },
  PATIENT_MS,
);

test(
  "what was added is there again after a restart",
  async () => {
    const home = scratchFolder();
    const first = new Screen([...ALONE, MAGNET], home);
    await first.shows(/▸.*lecture/);
    first.pty.kill("SIGTERM");
    expect(await first.exited).toBe(143);
    const second = new Screen(ALONE, home);
    await second.shows(/▸.*lecture/);
    second.pty.kill("SIGKILL");
    await second.exited;
    const third = new Screen(ALONE, home);
    await third.shows(/▸.*lecture/);
    third.pty.write("\x03");
    await Promise.race([third.shows(/quit/), third.exited]);
    third.pty.write("\x03");
    await third.exited;
  },
  PATIENT_MS,
);

test(
  "a shared folder shows its magnet after three keys",
  async () => {
    const home = scratchFolder();
    mkdirSync(join(home, "album"));
    writeFileSync(join(home, "album", "song.txt"), "la la la");
    const screen = new Screen(ALONE, home);
    await screen.shows(/Nothing here yet/);
    screen.press("s");
    await screen.shows(/[Ss]hare/);
    screen.paste(join(home, "album"));
    await screen.shows(/album/);
    screen.press("\r");
    await screen.shows(/magnet:\?xt=urn:btih:[0-9a-f]{40}/);
    expect(screen.keys).toBeLessThanOrEqual(4);
    screen.pty.kill("SIGTERM");
    expect(await screen.exited).toBe(143);
  },
  PATIENT_MS,
);

test(
  "a closed terminal stops no transfer: it goes on in the background, where the next dashboard finds it",
  async () => {
    const home = scratchFolder();
    const screen = new Screen([...ALONE, MAGNET], home);
    await screen.shows(/▸.*lecture/);
    screen.pty.kill("SIGHUP");
    screen.pty.kill("SIGHUP");
    expect(await screen.exited).toBe(129);
    const status = JSON.parse((await run(["status", "--json"], home)).stdout);
    expect(status).toMatchObject({ life: "background", torrents: [{ name: "lecture", phase: "resolving" }] });
    const again = new Screen(ALONE, home);
    await again.shows(/▸.*lecture/);
    again.pty.kill("SIGHUP");
    expect(await again.exited).toBe(129);
    expect((await run(["stop"], home)).exit).toBe(0);
  },
  PATIENT_MS,
);

test(
  "after a storm of resizes the screen equals one that is drawn anew",
  async () => {
    const screen = new Screen([...ALONE, MAGNET], scratchFolder());
    await screen.shows(/▸.*lecture/);
    const storm = [
      [50, 10],
      [90, 12],
      [40, 40],
      [200, 60],
      [39, 9],
      [300, 80],
      [81, 25],
      [60, 20],
      [140, 40],
      [100, 30],
    ] as const;
    for (const [columns, rows] of storm) screen.resize(columns, rows);
    await screen.shows(/q quit/);
    // A figure may change between the two: then once more.
    let drawn = "";
    let anew = "?";
    for (let attempt = 0; attempt < 10 && drawn !== anew; attempt++) {
      drawn = screen.text();
      const from = screen.bytes.length;
      screen.press("\x0c");
      await screen.wrote("\x1b[2J", from);
      await screen.shows(/q quit/);
      anew = screen.text();
    }
    expect(drawn).toBe(anew);
    expect(screen.bytes).not.toContain("3J");
    screen.pty.kill("SIGKILL");
    await screen.exited;
  },
  PATIENT_MS,
);

/** Runs in the program: its end by a fault of ours, when asked for from outside. */
const FAULTS = `
process.on("SIGUSR2", () => { throw new Error("thrown \\x1b[2J"); });
process.on("SIGPIPE", () => { Promise.reject(new Error("rejected")); });
`;

test.each([
  ["SIGTERM", 143, ""],
  ["SIGHUP", 129, ""],
  ["SIGINT", 130, ""],
  ["SIGUSR2", 70, "thrown"],
  ["SIGPIPE", 70, "rejected"],
] as const)(
  "TU09: after %s the terminal is as it was, and the shell has it",
  async (signal, exit, message) => {
    const home = scratchFolder();
    writeFileSync(join(home, "faults.mjs"), FAULTS);
    const line =
      `stty -g > before; "$0" --import ./faults.mjs "$1" ${ALONE.join(" ")}; ` +
      `echo "exit $?"; stty -g > after; cmp before after && echo restored; read -r _`;
    const screen = new Screen([], home, { command: ["/bin/sh", "-c", line, process.execPath, PROGRAM] });
    await screen.shows(/Nothing here yet/);
    const shell = screen.pty.pid;
    const [child] = readFileSync(`/proc/${shell}/task/${shell}/children`, "utf8").trim().split(" ");
    process.kill(Number(child), signal);
    await screen.shows(/restored/);
    expect(screen.text()).toContain(`exit ${exit}`);
    expect(screen.bytes).toContain(message);
    expect(screen.bytes).not.toMatch(/thrown \x1b/);
    expect(screen.isAlternate).toBe(false);
    expect(screen.modes).toMatchObject({
      bracketedPasteMode: false,
      mouseTrackingMode: "none",
      sendFocusMode: false,
    });
    screen.pty.write("\n");
    await screen.exited;
  },
  PATIENT_MS,
);

test(
  "for a screen reader there are lines, and what is typed is answered",
  async () => {
    const screen = new Screen([...ALONE, "--screen-reader"], scratchFolder());
    await screen.shows(/Starling, line by line\. 0 torrents/);
    screen.pty.write(`${MAGNET}\n`);
    await screen.shows(/lecture: looking for the list of files/);
    screen.pty.write("why 1\n");
    await screen.shows(/lecture: .*bootstrap/i);
    screen.pty.write("quit\n");
    expect(await screen.exited).toBe(0);
    expect(screen.bytes).not.toContain("\x1b[");
  },
  PATIENT_MS,
);
