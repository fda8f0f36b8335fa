/** The dashboard in tmux: another opinion of what a terminal is, a real shell's job control, and terminals that can do little. */
import { execFileSync } from "node:child_process";
import { afterEach, expect, test } from "vitest";
import { PROGRAM, run, scratchFolder } from "../cli/support.ts";
import { requireInstalled } from "./support/prerequisites.ts";

requireInstalled("starling", "tmux");

const PATIENT_MS = 30_000;
const POLL_MS = 100;
const MAGNET = "magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567&dn=lecture";
const ALONE = "--host 127.0.0.1 --port 0 --bootstrap none";

const pause = (forMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, forMs));

/** One tmux server of its own with one shell in it. */
class Tmux {
  readonly home = scratchFolder();
  readonly #name = `starling-test-${process.pid}-${Math.round(performance.now())}`;

  constructor(columns: number, rows: number) {
    const size = ["-x", String(columns), "-y", String(rows)];
    this.#run("-f", "/dev/null", "new-session", "-d", ...size, "/bin/bash --norc --noprofile -i");
    this.type(`PS1='ready> '; export HOME=${this.home}; cd; clear`);
  }

  /** A line for the shell. */
  type(line: string): void {
    this.#run("send-keys", "-l", line);
    this.key("Enter");
  }

  key(key: string): void {
    this.#run("send-keys", key);
  }

  resize(columns: number, rows: number): void {
    this.#run("resize-window", "-x", String(columns), "-y", String(rows));
  }

  screen(): string {
    return this.#run("capture-pane", "-p");
  }

  /** Alternate screen, mouse, cursor: as tmux understood what was sent. */
  modes(): string {
    return this.#run("display-message", "-p", "#{alternate_on} #{mouse_any_flag} #{cursor_flag}").trim();
  }

  async shows(pattern: RegExp): Promise<void> {
    const untilMs = performance.now() + PATIENT_MS;
    while (!pattern.test(this.screen())) {
      if (performance.now() > untilMs) throw new Error(`${pattern} did not come:\n${this.screen()}`);
      await pause(POLL_MS);
    }
  }

  /** Not by SIGHUP, for a closed terminal ends no transfers. */
  end(): void {
    const panes = this.#run("list-panes", "-a", "-F", "#{pane_pid}").trim().split("\n");
    for (const pid of panes) process.kill(-Number(pid), "SIGKILL");
    try {
      this.#run("kill-server");
    } catch {
      // Its last window is gone, so it may have ended by itself.
    }
  }

  /** Closes the window as a person does: whoever runs in it gets SIGHUP and the end of its input, in any order. */
  closeWindow(): void {
    this.#run("kill-server");
  }

  #run(...args: readonly string[]): string {
    const env = {
      PATH: process.env["PATH"],
      LANG: "C.UTF-8",
      HOME: this.home,
      STARLING_LOOPBACK_ONLY: "1",
      TERM: "xterm-256color",
    };
    return execFileSync("tmux", ["-u", "-L", this.#name, ...args], { encoding: "utf8", env });
  }
}

let tmux: Tmux | undefined;
afterEach(() => {
  tmux?.end();
  tmux = undefined;
});

const command = (flags = ""): string => `${process.execPath} ${PROGRAM} ${ALONE} ${flags}`;

test("takes the screen, is stopped and brought back by the shell, and gives everything back", async () => {
  tmux = new Tmux(80, 24);
  await tmux.shows(/ready>/);
  tmux.type(command());
  await tmux.shows(/Nothing here yet/);
  expect(tmux.modes()).toBe("1 1 0");

  tmux.key("C-z");
  await tmux.shows(/ready>$/m);
  expect(tmux.modes()).toBe("0 0 1");
  tmux.type("echo the shell is $((40 + 2))");
  await tmux.shows(/the shell is 42/);

  tmux.type("fg");
  await tmux.shows(/Nothing here yet/);
  expect(tmux.modes()).toBe("1 1 0");

  tmux.key("q");
  await tmux.shows(/the shell is 42/);
  expect(tmux.modes()).toBe("0 0 1");
});

test("after resizes the screen equals one that is drawn anew, at every size", async () => {
  tmux = new Tmux(80, 24);
  await tmux.shows(/ready>/);
  tmux.type(command());
  await tmux.shows(/Nothing here yet/);
  for (const [columns, rows] of [
    [40, 10],
    [140, 40],
    [61, 17],
    [200, 50],
    [80, 24],
  ] as const) {
    tmux.resize(columns, rows);
    // Both the resize and the key take their time; that they come to the same is what counts.
    let drawn = "";
    let anew = "?";
    for (let attempt = 0; attempt < 20 && drawn !== anew; attempt++) {
      await pause(POLL_MS);
      drawn = tmux.screen();
      tmux.key("C-l");
      await pause(POLL_MS);
      await tmux.shows(/q quit/);
      anew = tmux.screen();
    }
    expect(drawn).toBe(anew);
    for (const line of drawn.split("\n")) expect([...line].length).toBeLessThanOrEqual(columns);
  }
});

test("in another locale there is only ASCII, and a terminal that can do nothing gets lines", async () => {
  tmux = new Tmux(80, 24);
  await tmux.shows(/ready>/);
  tmux.type(`LANG=C LC_ALL=C NO_COLOR=1 ${command()}`);
  await tmux.shows(/Nothing here yet/);
  expect(tmux.screen()).toMatch(/^[\x20-\x7e\n]*$/);
  tmux.key("q");
  await tmux.shows(/ready>$/m);
  tmux.type(`TERM=dumb ${command()}`);
  await tmux.shows(/Starling, line by line/);
  tmux.type("quit");
  await tmux.shows(/ready>$/m);
});

test("a window that is closed stops no transfer: status finds it in the background", async () => {
  const closing = new Tmux(80, 24);
  await closing.shows(/ready>/);
  closing.type(command(`'${MAGNET}'`));
  await closing.shows(/▸.*lecture/);

  closing.closeWindow();

  const untilMs = performance.now() + PATIENT_MS;
  let status = await run(["status", "--json"], closing.home);
  while (status.exit !== 0 && performance.now() < untilMs) {
    await pause(POLL_MS);
    status = await run(["status", "--json"], closing.home);
  }
  expect(JSON.parse(status.stdout)).toMatchObject({ life: "background", torrents: [{ name: "lecture" }] });
  expect((await run(["stop"], closing.home)).exit).toBe(0);
});
