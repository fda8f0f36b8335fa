/** The built program in a pseudo-terminal, its screen read through a terminal emulator. */
import { type IPty, spawn } from "@lydell/node-pty";
import headless from "@xterm/headless";
import { cleanEnvironment, PROGRAM } from "./support.ts";

export interface ScreenOptions {
  readonly columns?: number;
  readonly rows?: number;
  /** What runs in the terminal; the program itself by default. */
  readonly command?: readonly [file: string, ...args: string[]];
  readonly env?: Readonly<Record<string, string>>;
}

export class Screen {
  readonly pty: IPty;
  /** The exit code, when the screen shows the program's last words. */
  readonly exited: Promise<number>;
  /** Everything the program wrote. */
  bytes = "";
  /** Keys pressed and pastes made so far. */
  keys = 0;
  readonly #terminal: InstanceType<typeof headless.Terminal>;
  readonly #checks = new Set<() => void>();

  constructor(args: readonly string[], home: string, options: ScreenOptions = {}) {
    const { columns: cols = 80, rows = 24, command = [process.execPath, PROGRAM, ...args] } = options;
    this.#terminal = new headless.Terminal({ cols, rows, allowProposedApi: true });
    const [file, ...fileArgs] = command;
    this.pty = spawn(file, fileArgs, {
      cols,
      rows,
      cwd: home,
      env: { ...cleanEnvironment(home), ...options.env } as Record<string, string>,
    });
    this.exited = new Promise((resolve) =>
      // Not before the terminal has read all that was written to it.
      this.pty.onExit(({ exitCode }) => this.#terminal.write("", () => resolve(exitCode))),
    );
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
      { length: this.#terminal.rows },
      (_, y) => active.getLine(active.viewportY + y)?.translateToString(true) ?? "",
    ).join("\n");
  }

  get isAlternate(): boolean {
    return this.#terminal.buffer.active.type === "alternate";
  }

  get modes(): InstanceType<typeof headless.Terminal>["modes"] {
    return this.#terminal.modes;
  }

  /** One key, whatever bytes it sends. */
  press(bytes: string): void {
    this.keys++;
    this.pty.write(bytes);
  }

  /** One key too: the terminal's own for pasting. */
  paste(text: string): void {
    this.press(`\x1b[200~${text}\x1b[201~`);
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows);
    this.pty.resize(columns, rows);
  }

  /** Resolves when the screen shows `pattern`. */
  shows(pattern: RegExp): Promise<void> {
    return this.#until(() => pattern.test(this.text()), String(pattern));
  }

  /** Resolves when the program has written `text` after the first `from` bytes. */
  wrote(text: string, from: number): Promise<void> {
    return this.#until(() => this.bytes.includes(text, from), JSON.stringify(text));
  }

  #until(holds: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        if (!holds()) return;
        this.#checks.delete(check);
        resolve();
      };
      this.#checks.add(check);
      void this.exited.then((exit) =>
        reject(new Error(`ended with ${exit} before ${what}:\n${this.text()}\n${this.bytes.slice(-400)}`)),
      );
      check();
    });
  }
}
