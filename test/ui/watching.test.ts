/** What helps somebody who watches: orders, the way back in a log, the big chart, notices elsewhere, old data. */
import { describe, expect, test } from "vitest";
import { condense } from "../../src/ui/format/charts.ts";
import { orderPeers } from "../../src/ui/state/peer-order.ts";
import { notification } from "../../src/ui/terminal/terminal-modes.ts";
import { type Mounted, mount } from "./support/mount.ts";
import { aDiagnosis, aLogLine, anEmptySession, aPeer, aSnapshot, aTorrent } from "./support/snapshots.ts";

const screenOf = ({ terminal }: Mounted): string => terminal.screen.join("\n");
const cursorLine = ({ terminal }: Mounted): string | undefined =>
  terminal.screen.find((line) => line.startsWith("▸"));

describe("peers", () => {
  const slow = aPeer({ address: "10.0.0.9:1", downBytesPerSecond: 10, upBytesPerSecond: 90, haveRatio: 0.2 });
  const fast = aPeer({ address: "10.0.0.10:1", downBytesPerSecond: 90, upBytesPerSecond: 10, haveRatio: 1 });

  test("are ordered by what they give, take and have, and by address as numbers", () => {
    const firstBy = (sort: Parameters<typeof orderPeers>[1]): string | undefined =>
      orderPeers([fast, slow], sort, false)[0]?.address;

    expect(orderPeers([slow, fast], "down", false)).toEqual([fast, slow]);
    expect(firstBy("up")).toBe(slow.address);
    expect(firstBy("has")).toBe(fast.address);
    expect(firstBy("address")).toBe(slow.address);
    expect(orderPeers([slow, fast], "connected", true)).toEqual([fast, slow]);
  });

  test("o turns their order, O turns it round, and the card is about the peer under the cursor", () => {
    const app = mount({ snapshot: aSnapshot({ torrents: [aTorrent({ peers: [slow, fast] })] }) });
    app.press("enter", "3");
    expect(cursorLine(app)).toContain(slow.address);

    app.press("o");
    expect(cursorLine(app)).toContain(fast.address);
    expect(screenOf(app)).toContain("order: down");
    app.press("O");
    expect(cursorLine(app)).toContain(slow.address);
  });
});

test("the log of a torrent is read back to its beginning, and from there on again", () => {
  const id = aTorrent().id;
  const log = Array.from({ length: 100 }, (_, index) => aLogLine(index, `line number ${index}.`, id));
  const app = mount({ snapshot: aSnapshot({ torrents: [aTorrent()], log }) });
  app.press("enter", "6");
  expect(screenOf(app)).toContain("line number 99.");

  app.press("up");
  expect(screenOf(app)).not.toContain("line number 99.");
  app.press("g");
  expect(screenOf(app)).toContain("line number 0.");
  app.press("G");
  expect(screenOf(app)).toContain("line number 99.");
});

describe("the big chart", () => {
  test("is there and away with z, from the list too", () => {
    const app = mount({ snapshot: aSnapshot({ torrents: [aTorrent()] }) });
    app.clock.advance(3000);
    app.press("z");
    expect(screenOf(app)).toContain("now");
    expect(screenOf(app)).not.toContain("CONTENT");

    app.press("z");
    expect(screenOf(app)).toContain("CONTENT");
  });

  test("shows all that is remembered, however narrow the screen", () => {
    expect(condense([1, 3, 5, 7, 8], 3)).toEqual([2, 6, 8]);
    expect(condense([1, 2], 3)).toEqual([1, 2]);
  });
});

describe("notices to the terminal", () => {
  const running = aTorrent({ finishedAtUnixMs: null });
  const complete = { ...running, finishedAtUnixMs: 1 };
  const stuck = {
    ...running,
    diagnosis: aDiagnosis({ code: "S2", severity: "problem", sentence: "All choke us." }),
  };
  const show = (app: Mounted, ...torrents: readonly (typeof running)[]): void => {
    app.view.publish(aSnapshot({ torrents }));
    app.clock.advance(1000);
  };
  const mounted = (): Mounted => mount({ snapshot: aSnapshot({ torrents: [running] }) });

  test("are sent only to those who asked for them", () => {
    const app = mounted();
    show(app, complete);
    expect(app.terminal.output).not.toContain("\x1b]9;");
  });

  test("tell what is complete, and a problem once in ten minutes", () => {
    const app = mounted();
    app.press(":", ..."notify on", "enter");
    show(app, stuck);
    show(app, running);
    show(app, stuck);
    expect(app.terminal.output.split("All choke us.\x07")).toHaveLength(2);

    show(app, running);
    app.clock.advance(600_000);
    show(app, stuck);
    expect(app.terminal.output.split("All choke us.\x07")).toHaveLength(3);
    show(app, complete);
    expect(app.terminal.output).toContain(`\x1b]9;${running.name} is complete.\x07`);
  });

  test("TU01: carry no control sequence of others, and are no other command", () => {
    expect(notification("a\x1b]0;b\x07\u202ec")).toMatch(/^\x1b\]9;[^\x00-\x1f\u202e]*\x07$/);
    expect(notification("4;1;50 is complete.")).toBe("\x1b]9; 4;1;50 is complete.\x07");
  });
});

describe("data that the engine has not renewed", () => {
  test("explains nothing any more", () => {
    const moving = aSnapshot({ torrents: [aTorrent({ downBytesPerSecond: 1000 })] });
    const app = mount({ snapshot: moving });
    app.clock.advance(9_000);
    expect(screenOf(app)).not.toContain("No fresh data");
    app.clock.advance(3_000);
    expect(screenOf(app)).toContain("No fresh data from the engine");

    app.view.publish({ ...moving });
    app.clock.advance(2_000);
    expect(screenOf(app)).not.toContain("No fresh data");
  });

  test("may rest as long as nothing moves", () => {
    const still = aTorrent({ downBytesPerSecond: 0, upBytesPerSecond: 0 });
    const app = mount({ snapshot: aSnapshot({ torrents: [still] }) });
    app.clock.advance(60_000);
    expect(screenOf(app)).not.toContain("No fresh data");
  });
});

test("a link to a key is resolved before it is added", async () => {
  const link = `magnet:?xs=urn:btpk:${"ab".repeat(32)}`;
  const app = mount({
    snapshot: anEmptySession(),
    resolveKeyLink: async (text) => (text === link ? `magnet:?xt=urn:btih:${"12".repeat(20)}` : text),
  });
  app.terminal.paste(link);
  app.clock.advance(50);
  expect(screenOf(app)).toContain("link to a key");
  app.press("enter");
  await app.settle();

  expect(app.view.sent[0]?.[1]).toEqual({ kind: "magnet", text: `magnet:?xt=urn:btih:${"12".repeat(20)}` });
});
