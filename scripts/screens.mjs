// Pictures of the dashboard for the README, from the program itself: `npm run screens`.
// The demo runs in a pseudo-terminal; what a terminal emulator shows of it is written as SVG and as text, so a picture
// cannot show what the program does not. Every run is a different transfer: look at the result before committing it.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const OUT = join(ROOT, "docs", "screens");
const COLUMNS = 100;
const ROWS = 28;

/** What is pressed, and what the screen shows when it is taken. */
const SHOTS = [
  { name: "main", keys: "", when: /[3-6]\d%/ },
  { name: "pieces", keys: "\r2", when: /MISSING PIECES/ },
  { name: "peers", keys: "3", when: /sending/ },
  { name: "search", keys: "5", when: /STORED/ },
  { name: "dht", keys: "d", when: /own neighbourhood/ },
];

const CELL_WIDTH = 8.4;
const CELL_HEIGHT = 18;
const BACKGROUND = "#16181d";
const FOREGROUND = "#d8dade";
/** The 16 colours of a common terminal. */
const PALETTE = [
  ...["#3b4048", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d8dade"],
  ...["#6b7280", "#ef8088", "#b0d893", "#f0d197", "#7cc0ff", "#d794ea", "#6fced9", "#ffffff"],
];

const home = mkdtempSync(join(tmpdir(), "starling-screens-"));
const terminal = new xterm.Terminal({ cols: COLUMNS, rows: ROWS, allowProposedApi: true });
const pty = spawn(process.execPath, [join(ROOT, "dist", "cli", "main.js"), "demo"], {
  cols: COLUMNS,
  rows: ROWS,
  cwd: home,
  env: {
    PATH: process.env.PATH,
    HOME: home,
    LANG: "C.UTF-8",
    TERM: "xterm-256color",
    STARLING_LOOPBACK_ONLY: "1",
  },
});
const waiting = new Set();
pty.onData((data) =>
  terminal.write(data, () => {
    for (const check of waiting) check();
  }),
);

function screenLines() {
  const { active } = terminal.buffer;
  return Array.from(
    { length: ROWS },
    (_, row) => active.getLine(active.viewportY + row)?.translateToString(true) ?? "",
  );
}

function shows(pattern) {
  return new Promise((resolve) => {
    const check = () => {
      if (!pattern.test(screenLines().join("\n"))) return;
      waiting.delete(check);
      resolve();
    };
    waiting.add(check);
    check();
  });
}

const escapeText = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

/** Runs of cells of one look: [from, text, look]. */
function runsOf(line) {
  const runs = [];
  for (let column = 0; column < COLUMNS; column++) {
    const cell = line.getCell(column);
    const colour = cell.isFgPalette() ? PALETTE[cell.getFgColor() % 16] : FOREGROUND;
    const look = {
      colour,
      bold: cell.isBold() > 0,
      dim: cell.isDim() > 0,
      inverse: cell.isInverse() > 0,
      underline: cell.isUnderline() > 0,
    };
    const key = JSON.stringify(look);
    const last = runs.at(-1);
    if (last?.key === key) last.text += cell.getChars() || " ";
    else runs.push({ key, look, from: column, text: cell.getChars() || " " });
  }
  return runs;
}

function svg() {
  const width = COLUMNS * CELL_WIDTH + 16;
  const height = ROWS * CELL_HEIGHT + 16;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14">`,
    `<rect width="100%" height="100%" rx="6" fill="${BACKGROUND}"/>`,
  ];
  const { active } = terminal.buffer;
  for (let row = 0; row < ROWS; row++) {
    const line = active.getLine(active.viewportY + row);
    for (const { look, from, text } of line === undefined ? [] : runsOf(line)) {
      if (text.trim() === "" && !look.inverse) continue;
      const x = 8 + from * CELL_WIDTH;
      const y = 8 + row * CELL_HEIGHT;
      const cells = [...text].length;
      if (look.inverse) {
        parts.push(
          `<rect x="${x.toFixed(1)}" y="${y}" width="${(cells * CELL_WIDTH).toFixed(1)}" height="${CELL_HEIGHT}" fill="${look.colour}"/>`,
        );
      }
      const shown = text.trimEnd();
      const style = `${look.bold ? ' font-weight="bold"' : ""}${look.dim ? ' opacity=".6"' : ""}${look.underline ? ' text-decoration="underline"' : ""}`;
      const fill = look.inverse ? BACKGROUND : look.colour;
      parts.push(
        `<text x="${x.toFixed(1)}" y="${y + 13}" fill="${fill}"${style} xml:space="preserve" textLength="${([...shown].length * CELL_WIDTH).toFixed(1)}">${escapeText(shown)}</text>`,
      );
    }
  }
  return `${parts.join("\n")}\n</svg>\n`;
}

for (const { name, keys, when } of SHOTS) {
  for (const key of keys) {
    pty.write(key);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  await shows(when);
  await new Promise((resolve) => setTimeout(resolve, 1200));
  writeFileSync(join(OUT, `${name}.svg`), svg());
  writeFileSync(join(OUT, `${name}.txt`), `${screenLines().join("\n").trimEnd()}\n`);
}
pty.kill("SIGTERM");
rmSync(home, { recursive: true, force: true });
process.exit(0);
