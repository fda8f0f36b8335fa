/** The same bytes in somebody else's terminal: what xterm shows is what was meant. */
import xterm from "@xterm/headless";
import { describe, expect, test } from "vitest";
import { FakeTerminal } from "../support/fake-terminal.ts";
import { type Mounted, mount } from "../support/mount.ts";
import { aBusySession, anId, aSnapshot, aTorrent, manyTorrents } from "../support/snapshots.ts";

const SHELL_LINE = "ada@home:~$ starling";

interface Emulated {
  readonly app: Mounted;
  /** The visible screen. */
  lines(): Promise<string[]>;
  readonly emulator: xterm.Terminal;
  /** Both the emulator and the dashboard get another size. */
  resize(columns: number, rows: number): Promise<void>;
}

/** A dashboard in an emulator in which a shell has printed something before. */
async function emulate(columns: number, rows: number, snapshot = aBusySession()): Promise<Emulated> {
  const emulator = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 100 });
  const flush = (text: string): Promise<void> => new Promise((resolve) => emulator.write(text, resolve));
  await flush(`${"earlier output\r\n".repeat(rows + 5)}${SHELL_LINE}\r\n`);
  const terminal = new FakeTerminal(columns, rows);
  const app = mount({ snapshot, terminal });
  let taken = 0;
  const sync = async (): Promise<void> => {
    const text = terminal.output.slice(taken);
    taken = terminal.output.length;
    await flush(text);
  };
  await sync();
  return {
    app,
    emulator,
    lines: async () => {
      await sync();
      const { active } = emulator.buffer;
      return Array.from({ length: emulator.rows }, (_, row) =>
        (active.getLine(active.viewportY + row)?.translateToString(true) ?? "").trimEnd(),
      );
    },
    resize: async (newColumns, newRows) => {
      await sync();
      emulator.resize(newColumns, newRows);
      terminal.resize(newColumns, newRows);
      await sync();
    },
  };
}

describe("in an emulator", () => {
  test("the screen is what the dashboard meant, in the alternate buffer", async () => {
    const { app, lines, emulator } = await emulate(80, 24);
    expect(await lines()).toEqual(app.terminal.screen);
    expect(emulator.buffer.active.type).toBe("alternate");
  });

  test("wide, joined and combining signs shift no column", async () => {
    const names = [
      "漢字漢字漢字漢字漢字漢字漢字",
      "é and e\u0301",
      "👨‍👩‍👧‍👦 family",
      "🇩🇪 ❤️ 1️⃣ 👍🏽",
      "ｈａｌｆｗｉｄｔｈ ﾊﾝｶｸ",
      "한국어 한글",
    ];
    const torrents = names.map((name, index) => aTorrent({ id: anId(index), name }));
    const { lines, emulator } = await emulate(80, 24, aSnapshot({ torrents }));
    await lines();
    for (let row = 4; row < 4 + names.length; row++) {
      const line = emulator.buffer.active.getLine(row);
      const cells = Array.from({ length: 80 }, (_, column) => line?.getCell(column)?.getChars() ?? "");
      expect(cells.slice(25, 33).join("").trim(), names[row - 4]).toBe("11.2 GiB");
      expect(cells.slice(74, 80).join("").trim(), names[row - 4]).toBe("22m");
    }
  });

  test("after a storm of resizes the screen equals a fresh one, while data and keys come in", async () => {
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
    const { app, lines, resize } = await emulate(80, 14, aSnapshot({ torrents: manyTorrents(60) }));
    for (const [index, [columns, rows]] of storm.entries()) {
      await resize(columns, rows);
      app.view.publish(aSnapshot({ torrents: manyTorrents(60, index) }));
      app.terminal.type("j");
      app.clock.advance(100);
    }
    app.clock.advance(3000);

    app.press("g");
    const fresh = mount({ snapshot: app.view.getSnapshot(), columns: 100, rows: 30 });
    fresh.clock.advance(3000);
    const withoutChart = (screen: readonly string[]): string[] =>
      screen.filter((line) => !/^ ▼ {5}/.test(line));
    expect(withoutChart(await lines())).toEqual(withoutChart(fresh.terminal.screen));
    expect(await lines()).toEqual(app.terminal.screen);
  });

  test("ctrl-l repairs what another program wrote into the screen", async () => {
    const { app, lines, emulator } = await emulate(80, 24);
    const before = await lines();
    await new Promise<void>((resolve) => emulator.write("\x1b[5;5HBroadcast message from root", resolve));
    app.press("ctrl+l");
    expect(await lines()).toEqual(before);
  });

  test("leaving shows the shell as it was, its scrollback included", async () => {
    const { app, lines, emulator } = await emulate(80, 24);
    app.press("j", "d", "e", "?", "esc");
    app.dashboard.close();

    expect((await lines()).join("\n")).toContain(SHELL_LINE);
    expect(emulator.buffer.active.type).toBe("normal");
    expect(emulator.buffer.active.length).toBeGreaterThan(24);
    expect(emulator.modes).toMatchObject({
      bracketedPasteMode: false,
      mouseTrackingMode: "none",
      sendFocusMode: false,
      wraparoundMode: true,
    });
  });

  test("the scrollback is never erased, whatever happens", async () => {
    const { app, resize } = await emulate(80, 24);
    await resize(40, 10);
    app.press("ctrl+l", "q", "esc");
    app.terminal.continue();
    app.dashboard.close();
    expect(app.terminal.output).not.toContain("3J");
  });
});
