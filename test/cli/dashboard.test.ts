/** The built program in a real pseudo-terminal, read through a terminal emulator. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type IPty, spawn } from "@lydell/node-pty";
import headless from "@xterm/headless";
import { expect, test } from "vitest";
import { cleanEnvironment, PROGRAM, scratchFolder } from "./support.ts";

const PATIENT_MS = 60_000;
const COLUMNS = 80;
const ROWS = 24;

class Screen {
  readonly pty: IPty;
  readonly #terminal = new headless.Terminal({ cols: COLUMNS, rows: ROWS, allowProposedApi: true });
  readonly #checks = new Set<() => void>();
  readonly exited: Promise<number>;
  bytes = "";

  constructor(args: readonly string[], home: string) {
    this.pty = spawn(process.execPath, [PROGRAM, ...args], {
      cols: COLUMNS,
      rows: ROWS,
      cwd: home,
      env: cleanEnvironment(home) as Record<string, string>,
    });
    this.exited = new Promise((resolve) => this.pty.onExit(({ exitCode }) => resolve(exitCode)));
    this.pty.onData((data) => {
      this.bytes += data;
      this.#terminal.write(data, () => {
        for (const check of this.#checks) check();
      });
    });
  }

  text(): string {
    const { active } = this.#terminal.buffer;
    return Array.from(
      { length: ROWS },
      (_, y) => active.getLine(active.viewportY + y)?.translateToString(true) ?? "",
    ).join("\n");
  }

  get isAlternate(): boolean {
    return this.#terminal.buffer.active.type === "alternate";
  }

  /** Resolves when the screen shows `pattern`. */
  shows(pattern: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        if (!pattern.test(this.text())) return;
        this.#checks.delete(check);
        resolve();
      };
      this.#checks.add(check);
      void this.exited.then((exit) =>
        reject(new Error(`ended with ${exit} before ${pattern}:\n${this.text()}\n${this.bytes.slice(-400)}`)),
      );
      check();
    });
  }
}

test(
  "a newcomer sees what to do, pastes a magnet, watches it, and gets the terminal back",
  async () => {
    const home = scratchFolder();
    const screen = new Screen(["--host", "127.0.0.1", "--port", "0", "--bootstrap", "none"], home);
    await screen.shows(/Nothing here yet/);
    expect(screen.isAlternate).toBe(true);
    screen.pty.write(
      "\x1b[200~magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567&dn=lecture\x1b[201~",
    );
    await screen.shows(/lecture/);
    screen.pty.write("\r");
    await screen.shows(/▸.*lecture[\s\S]*WHY/);
    screen.pty.write("q");
    await Promise.race([screen.shows(/q quit/), screen.exited]);
    screen.pty.write("q");
    expect(await screen.exited).toBe(0);
    expect(screen.isAlternate).toBe(false);
    expect(screen.bytes).not.toContain("\x1b[3J");
    expect(screen.bytes).toContain("\x1b[?25h");
  },
  PATIENT_MS,
);

test(
  "what was added is there again after a restart",
  async () => {
    const home = scratchFolder();
    const args = ["--host", "127.0.0.1", "--port", "0", "--bootstrap", "none"];
    const first = new Screen(
      [...args, "magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567&dn=lecture"],
      home,
    );
    await first.shows(/▸.*lecture/);
    first.pty.kill("SIGTERM");
    expect(await first.exited).toBe(143);
    const second = new Screen(args, home);
    await second.shows(/▸.*lecture/);
    second.pty.kill("SIGKILL");
    await second.exited;
    const third = new Screen(args, home);
    await third.shows(/▸.*lecture/);
    third.pty.write("\x03");
    await Promise.race([third.shows(/quit/), third.exited]);
    third.pty.write("\x03");
    await third.exited;
  },
  PATIENT_MS,
);

test(
  "a shared folder shows its magnet",
  async () => {
    const home = scratchFolder();
    mkdirSync(join(home, "album"));
    writeFileSync(join(home, "album", "song.txt"), "la la la");
    const screen = new Screen(["--host", "127.0.0.1", "--port", "0", "--bootstrap", "none"], home);
    await screen.shows(/Nothing here yet/);
    screen.pty.write("s");
    await screen.shows(/[Ss]hare/);
    screen.pty.write(join(home, "album"));
    await screen.shows(/album/);
    screen.pty.write("\r");
    await screen.shows(/magnet:\?xt=urn:btih:[0-9a-f]{40}/);
    screen.pty.kill("SIGHUP");
    expect(await screen.exited).toBe(129);
  },
  PATIENT_MS,
);
