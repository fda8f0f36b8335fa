/** The dashboard as a user meets it: bytes in, screen out, commands to the session. */
import { describe, expect, test } from "vitest";
import { leaveSequence } from "../../src/ui/terminal/terminal-modes.ts";
import { FakeTerminal } from "./support/fake-terminal.ts";
import { type Mounted, mount } from "./support/mount.ts";
import {
  aBusySession,
  aFile,
  aLogLine,
  anEmptySession,
  anId,
  aPeer,
  aSnapshot,
  aTorrent,
  manyTorrents,
  somePeers,
} from "./support/snapshots.ts";

const HASH = "1be190c2a1f3d5e7b9081726354453627180f9a8";
const MAGNET = `magnet:?xt=urn:btih:${HASH}&dn=big-buck-bunny`;
const screenOf = ({ terminal }: Mounted): string => terminal.screen.join("\n");
const busy = (more: Parameters<typeof mount>[0] = {}): Mounted =>
  mount({ snapshot: aBusySession(), ...more });

describe("adding", () => {
  test("from the empty screen a pasted magnet runs after one more key", async () => {
    const app = mount();
    app.terminal.paste(MAGNET);
    app.clock.advance(50);
    expect(screenOf(app)).toContain("big-buck-bunny");
    expect(app.view.sent).toEqual([]);

    app.press("enter");
    await app.settle();

    expect(app.view.sent).toEqual([
      ["add", { kind: "magnet", text: MAGNET }, { folder: "/home/ada/Downloads" }],
    ]);
    app.view.publish(anEmptySession({ torrents: [aTorrent({ id: HASH, name: "big-buck-bunny" })] }));
    app.clock.advance(500);
    expect(app.terminal.screen.find((line) => line.startsWith("▸"))).toContain("big-buck-bunny");
  });

  test("a magnet typed by a terminal without bracketed paste is a paste too", () => {
    const app = mount();
    app.terminal.type(`${MAGNET}\r`);
    app.clock.advance(100);
    expect(screenOf(app)).toContain("Add a torrent");
    expect(app.view.sent).toEqual([]);
  });

  test("TU07: nothing that comes with a paste starts it", async () => {
    const app = mount();
    app.terminal.type(`\x1b[200~${MAGNET}\x1b[201~\r\r`);
    await app.settle();
    expect(app.view.sent).toEqual([]);
  });

  test("a file is read by the injected reader", async () => {
    const bytes = new Uint8Array([100, 101]);
    const app = mount({
      readTorrentFile: async (path) => (path === "/x/a.torrent" ? bytes : new Uint8Array()),
    });
    app.press("a");
    app.terminal.paste("/x/a.torrent");
    app.clock.advance(50);
    app.press("enter");
    await app.settle();
    expect(app.view.sent[0]?.[1]).toEqual({ kind: "metainfo", bytes });
  });

  test("folder and a paused start are chosen with tab", async () => {
    const app = mount();
    app.terminal.paste(MAGNET);
    app.clock.advance(50);
    app.press("tab", "ctrl+u", ..."/data", "tab", "space", "enter");
    await app.settle();
    expect(app.view.sent[0]?.[2]).toEqual({ folder: "/data", paused: true });
  });

  test("what is no link is refused with a sentence, and the text stays", () => {
    const app = mount();
    app.press("a", ..."hello", "enter");
    expect(screenOf(app)).toContain("That is no magnet link");
    expect(screenOf(app)).toContain("hello");
    expect(app.view.sent).toEqual([]);
  });

  test("a refusal of the session is shown in the dialog with its hint", async () => {
    const app = mount();
    app.view.refusal = Object.assign(new Error("This torrent is private."), {
      hint: "Trackers are not supported.",
    });
    app.terminal.paste(MAGNET);
    app.clock.advance(50);
    app.press("enter");
    await app.settle();
    expect(screenOf(app)).toContain("This torrent is private.");
    expect(screenOf(app)).toContain("Trackers are not supported.");
  });

  test("what is in the list already is not new, and the cursor goes there", async () => {
    const app = busy();
    app.view.answerAdd = () => ({ id: anId(3), isNew: false });
    app.terminal.paste(MAGNET);
    app.clock.advance(50);
    app.press("enter");
    await app.settle();
    expect(screenOf(app)).toContain("ubuntu-26.04-desktop.iso is in the list already.");
    expect(app.terminal.screen.find((line) => line.startsWith("▸"))).toContain("ubuntu");
  });

  test("escape keeps nothing", () => {
    const app = mount();
    app.terminal.paste(MAGNET);
    app.clock.advance(50);
    app.press("esc");
    expect(screenOf(app)).toContain("Nothing here yet");
    expect(app.view.sent).toEqual([]);
  });

  test("the text given at the start waits for enter", () => {
    const app = mount({ initialPaste: MAGNET });
    expect(screenOf(app)).toContain("Add a torrent");
    expect(screenOf(app)).toContain("big-buck-bunny");
  });
});

describe("sharing", () => {
  test("ends with the magnet link, after four keys and a path", async () => {
    const app = mount({ sharePath: async (path) => ({ id: HASH, name: path, magnet: MAGNET }) });
    app.press("s");
    app.terminal.paste("/data/film.mkv");
    app.clock.advance(50);
    app.press("enter");
    await app.settle();
    expect(screenOf(app)).toContain(MAGNET.slice(0, 60));
  });

  test("tab completes the path", async () => {
    const app = mount({
      sharePath: async (path) => ({ id: HASH, name: path, magnet: MAGNET }),
      completePath: async (path) => (path === "/data/f" ? "/data/film.mkv" : path),
    });
    app.press("s", ..."/data/f", "tab");
    await app.settle();
    expect(screenOf(app)).toContain("/data/film.mkv");
  });

  test("where it is not possible the key says how else", () => {
    const app = mount();
    app.press("s");
    expect(screenOf(app)).toContain("starling share PATH");
  });
});

describe("the list", () => {
  test("keys work on the torrent under the cursor", async () => {
    const app = busy();
    app.press("j", "j", "space", "r", "v");
    await app.settle();
    const id = aTorrent().id;
    expect(app.view.sent).toEqual([
      ["pause", id],
      ["reannounce", id],
      ["verify", id],
    ]);
  });

  test("a paused torrent goes on with the same key", async () => {
    const app = busy();
    app.press(..."jjjjjjj", "space");
    await app.settle();
    expect(app.view.sent).toEqual([["resume", anId(7)]]);
  });

  test("the cursor stays on its torrent when the order changes, and finds a neighbour when it goes", () => {
    const app = busy();
    app.press("j", "j", "O");
    expect(app.terminal.screen.find((line) => line.startsWith("▸"))).toContain("lecture-series-hd");

    const { torrents } = aBusySession();
    app.view.publish(aSnapshot({ torrents: torrents.filter(({ id }) => id !== aTorrent().id) }));
    app.clock.advance(500);
    expect(app.terminal.screen.filter((line) => line.startsWith("▸"))).toHaveLength(1);
  });

  test("tabs and search narrow it, escape shows all again", () => {
    const app = busy();
    app.press("4");
    expect(screenOf(app)).not.toContain("debian");
    app.press("esc", "/", ..."debian");
    expect(screenOf(app)).toContain("debian-13");
    expect(screenOf(app)).not.toContain("family-photos  ");
    app.press("esc");
    expect(screenOf(app)).toContain("family-photos");
  });

  test("! goes to the next problem", () => {
    const app = busy();
    app.press("!");
    expect(app.terminal.screen.find((line) => line.startsWith("▸"))).toContain("old-scans");
    app.press("!");
    expect(app.terminal.screen.find((line) => line.startsWith("▸"))).toContain("field-recordings");
  });

  test("a thousand torrents scroll, and only what is visible is drawn", () => {
    const app = mount({ snapshot: aSnapshot({ torrents: manyTorrents(1000) }) });
    app.press("G");
    expect(app.terminal.screen.find((line) => line.startsWith("▸"))).toContain("torrent number 999");
    expect(screenOf(app)).toContain("990-1000 of 1000");
    app.press("g");
    expect(app.terminal.screen.find((line) => line.startsWith("▸"))).toContain("torrent number 0");
  });

  test("clicks select and open, the wheel scrolls, tabs and hints can be clicked", () => {
    const app = busy();
    app.terminal.type("\x1b[<0;10;7M");
    app.clock.advance(50);
    expect(app.terminal.screen.find((line) => line.startsWith("▸"))).toContain("lecture-series-hd");
    app.terminal.type("\x1b[<0;10;7M");
    app.clock.advance(50);
    expect(screenOf(app)).toContain("1 Overview");
    app.terminal.type(`\x1b[<0;${(app.terminal.screen[2] ?? "").indexOf("4 Files") + 1};3M`);
    app.clock.advance(50);
    expect(screenOf(app)).toContain("01-lecture.mp4");
    app.terminal.type(`\x1b[<0;${(app.terminal.screen[23] ?? "").indexOf("? help") + 1};24M`);
    app.clock.advance(50);
    expect(screenOf(app)).toContain("type to search");
  });
});

describe("removing", () => {
  test("keeps the files and asks once", async () => {
    const app = busy();
    app.press("x");
    expect(screenOf(app)).toContain("Its files are kept");
    app.press("y");
    expect(screenOf(app)).toContain("1 All 8");
    expect(app.view.sent).toEqual([]);
    app.clock.advance(10_000);
    await app.settle();
    expect(app.view.sent).toEqual([["remove", anId(0), { deleteData: false }]]);
  });

  test("u brings back what was removed; the session never hears of it", async () => {
    const app = busy();
    app.press("x", "y", "u");
    expect(app.terminal.screen.find((line) => line.startsWith("▸"))).toContain("field-recordings");
    app.clock.advance(20_000);
    await app.settle();
    expect(app.view.sent).toEqual([]);
  });

  test("leaving within the time for a change of mind removes before it ends", async () => {
    const app = busy();
    app.press("x", "y");
    app.dashboard.close();
    await app.dashboard.done;
    expect(app.view.sent).toEqual([["remove", anId(0), { deleteData: false }]]);
  });

  test("deleting files needs the first word of the name, typed", async () => {
    const app = busy();
    app.press("X", "enter", ..."fiel", "enter");
    await app.settle();
    expect(app.view.sent).toEqual([]);
    app.press("d", "enter");
    await app.settle();
    expect(app.view.sent).toEqual([["remove", anId(0), { deleteData: true }]]);
  });

  test("a dialog about a torrent that goes is closed", () => {
    const app = busy();
    app.press("x");
    app.view.publish(aSnapshot({ torrents: aBusySession().torrents.slice(1) }));
    app.clock.advance(500);
    expect(screenOf(app)).toContain("1 All 8");
  });
});

describe("marking", () => {
  test("keys work on all that are marked, and say how many there are", async () => {
    const app = busy();
    app.press("m", "m");
    expect(screenOf(app)).toContain("2 marked");
    app.press("r");
    await app.settle();
    expect(app.view.sent).toEqual([
      ["reannounce", anId(0)],
      ["reannounce", anId(1)],
    ]);
    app.press("esc", "r");
    await app.settle();
    expect(app.view.sent).toHaveLength(3);
  });

  test("deleting several lists them and needs the word delete", async () => {
    const app = busy();
    app.press("m", "m", "X");
    expect(screenOf(app)).toContain("old-scans.tar");
    app.press(..."field", "enter");
    await app.settle();
    expect(app.view.sent).toEqual([]);
    app.press("ctrl+u", ..."delete", "enter");
    await app.settle();
    expect(app.view.sent).toHaveLength(2);
  });

  test("M marks all that are listed, and none again", () => {
    const app = busy();
    app.press("4", "M");
    expect(screenOf(app)).toContain("2 marked");
    app.press("M");
    expect(screenOf(app)).not.toContain("marked");
  });
});

describe("choosing files before the start", () => {
  const files = [
    aFile({ path: "a/one.txt" }),
    aFile({ path: "a/sub/two.txt" }),
    aFile({ path: "a/sub/three.txt" }),
  ];
  const waiting = (more: Partial<Parameters<typeof aTorrent>[0]> = {}) =>
    anEmptySession({ torrents: [aTorrent({ id: HASH, phase: "paused", files, ...more })] });

  async function opened(): Promise<Mounted> {
    const app = mount();
    app.terminal.paste(MAGNET);
    app.clock.advance(50);
    app.press("tab", "tab", "space", "space", "enter");
    await app.settle();
    app.view.publish(waiting());
    await app.settle();
    app.clock.advance(600);
    return app;
  }

  const OBSERVED = [
    ["setFilePriorities", HASH, [0, 0, 0]],
    ["resume", HASH],
  ];

  test("only the list of files is fetched, and the swarm watched, until enter", async () => {
    const app = await opened();
    expect(app.view.sent).toEqual([
      ["add", { kind: "magnet", text: MAGNET }, { folder: "/home/ada/Downloads", metadataOnly: true }],
      ...OBSERVED,
    ]);
    expect(app.view.watched).toEqual([HASH]);
    expect(screenOf(app)).toContain("3 of 3 chosen");
  });

  test("a folder is chosen with all that is in it; enter sets what was chosen and starts", async () => {
    const app = await opened();
    app.press("j", "space");
    expect(screenOf(app)).toContain("1 of 3 chosen");
    app.press("enter");
    await app.settle();
    expect(app.view.sent.slice(3)).toEqual([
      ["setFilePriorities", HASH, [4, 0, 0]],
      ["resume", HASH],
    ]);
  });

  test("enter alone starts everything, although nothing was wanted before", async () => {
    const app = await opened();
    const unwanted = files.map((file) => ({ ...file, priority: 0 }));
    app.view.publish(waiting({ files: unwanted, phase: "downloading" }));
    app.clock.advance(600);
    expect(screenOf(app)).toContain("3 of 3 chosen");
    app.press("enter");
    await app.settle();
    expect(app.view.sent.slice(3)).toEqual([
      ["setFilePriorities", HASH, [4, 4, 4]],
      ["resume", HASH],
    ]);
  });

  test("escape keeps nothing", async () => {
    const app = await opened();
    app.press("esc");
    await app.settle();
    expect(app.view.sent.slice(3)).toEqual([["remove", HASH, { deleteData: false }]]);
  });

  test("nothing at all is not started", async () => {
    const app = await opened();
    app.press("n", "enter");
    await app.settle();
    expect(app.view.sent).toHaveLength(3);
    expect(screenOf(app)).toContain("nothing is chosen");
  });
});

describe("the command line", () => {
  test("tab completes names and then arguments, enter does it", () => {
    const app = busy();
    app.press(":", ..."so", "tab", ..."na", "tab", "enter");
    expect(screenOf(app)).toContain("order: name");
  });

  test("a limit is set for one direction and the other is kept", async () => {
    const app = mount({ snapshot: anEmptySession({ maxUpBytesPerSecond: 512_000 }) });
    app.press(":", ..."limit down 2M", "enter");
    await app.settle();
    expect(app.view.sent).toEqual([
      ["configure", { maxDownBytesPerSecond: 2_097_152, maxUpBytesPerSecond: 512_000 }],
    ]);
  });

  test("what cannot be read is said with an example, and nothing happens", () => {
    const app = busy();
    app.press(":", ..."limit sideways", "enter");
    expect(screenOf(app)).toContain("Write: limit down|up RATE");
    app.press(":", ..."frobnicate", "enter");
    expect(screenOf(app)).toContain('no command "frobnicate"');
    expect(app.view.sent).toEqual([]);
  });

  test("the mouse can be given back to the terminal", () => {
    const app = busy();
    app.press(":", ..."mouse off", "enter");
    expect(app.terminal.modes.has(1000)).toBe(false);
    app.press(":", ..."mouse on", "enter");
    expect(app.terminal.modes.has(1000)).toBe(true);
  });

  test("charts can be drawn in dots", () => {
    const app = mount({ snapshot: aSnapshot({ torrents: [aTorrent()] }) });
    app.clock.advance(5000);
    app.press(":", ..."chart braille", "enter");
    expect(screenOf(app)).toMatch(/[\u2801-\u28ff]/);
  });
});

describe("details", () => {
  test("peers and files are asked for while they are looked at", () => {
    const app = busy();
    app.press("j", "j", "enter");
    expect(app.view.watched).toEqual([aTorrent().id]);
    app.press("3");
    expect(screenOf(app)).toContain("chokes us (48 s)");
    app.press("esc");
    expect(app.view.watched).toEqual([]);
  });

  test("five hundred peers scroll", () => {
    const app = mount({ snapshot: aSnapshot({ torrents: [aTorrent({ peers: somePeers(500) })] }) });
    app.press("enter", "3", "G");
    expect(app.terminal.screen.find((line) => line.startsWith("▸"))).toContain("10.20.2.100:6881");
    app.press("pageup", "pageup", "g");
    expect(app.terminal.screen.find((line) => line.startsWith("▸"))).toContain("10.20.0.1:6881");
  });

  test("files are chosen and ordered", async () => {
    const files = [aFile({ path: "a/1", priority: 4 }), aFile({ path: "a/2", priority: 4 })];
    const app = mount({ snapshot: aSnapshot({ torrents: [aTorrent({ files })] }) });
    app.press("enter", "4", "j", "space");
    await app.settle();
    app.press("+");
    await app.settle();
    expect(app.view.sent).toEqual([
      ["setFilePriorities", aTorrent().id, [4, 0]],
      ["setFilePriorities", aTorrent().id, [4, 7]],
    ]);
  });

  test("w tells everything that is known about why", () => {
    const app = busy();
    app.press("w");
    expect(screenOf(app)).toContain("34 of 2 404 pieces are on no connected peer");
    expect(screenOf(app)).toContain("8 peers connected, none of them a seed");
    expect(screenOf(app)).toContain("code S1");
  });

  test("c sends the link to the clipboard and shows it, or copies it where that is possible", async () => {
    const app = busy();
    app.press("c");
    await app.settle();
    expect(app.terminal.copied).toBe(aBusySession().torrents[0]?.magnet);
    expect(screenOf(app)).toContain("magnet:?xt=");

    const copied: string[] = [];
    const other = busy({ copyText: async (text) => void copied.push(text) });
    other.press("c");
    await other.settle();
    expect(copied).toEqual([aBusySession().torrents[0]?.magnet]);
    expect(other.terminal.copied).toBeUndefined();
  });

  test("a magnet that is not printable never reaches the clipboard", async () => {
    const app = mount({ snapshot: aSnapshot({ torrents: [aTorrent({ magnet: "magnet:?x\x1b\\" })] }) });
    app.press("c");
    await app.settle();
    expect(app.terminal.copied).toBeUndefined();
    expect(screenOf(app)).toContain("no magnet link");
  });
});

describe("other screens", () => {
  test("limits are set in the form in which they are shown", async () => {
    const app = mount({ snapshot: anEmptySession({ maxUpBytesPerSecond: 512_000 }) });
    app.press("l");
    expect(screenOf(app)).toContain("500K");
    app.press(..."2M", "enter");
    await app.settle();
    expect(app.view.sent).toEqual([
      ["configure", { maxDownBytesPerSecond: 2_097_152, maxUpBytesPerSecond: 512_000 }],
    ]);
  });

  test("L sets the limits of the torrent alone, or of all that are marked", async () => {
    const app = busy();
    app.press("L");
    expect(screenOf(app)).toContain("field-recordings-2019 alone");
    app.press(..."1M", "enter");
    await app.settle();
    app.press("m", "m", "L");
    expect(screenOf(app)).toContain("2 torrents alone");
    app.press("enter");
    await app.settle();
    const limits = { maxDownBytesPerSecond: 1_048_576, maxUpBytesPerSecond: null };
    expect(app.view.sent[0]).toEqual(["setTorrent", anId(0), limits]);
    expect(app.view.sent.slice(1).map(([name, id]) => [name, id])).toEqual([
      ["setTorrent", anId(0)],
      ["setTorrent", anId(1)],
    ]);
  });

  test("labels, order, goal and folder are set by typed commands", async () => {
    const app = busy();
    for (const line of [
      "label music live",
      "sequential on",
      "ratio 2",
      "move /data",
      "peer 10.0.0.9:6881",
      "ratio many",
    ]) {
      app.press(":", ...line, "enter");
      await app.settle();
    }
    expect(app.view.sent).toEqual([
      ["setTorrent", anId(0), { labels: ["music", "live"] }],
      ["setTorrent", anId(0), { isSequential: true }],
      ["setTorrent", anId(0), { seedRatio: 2 }],
      ["moveData", anId(0), "/data"],
      ["addPeers", anId(0), ["10.0.0.9:6881"]],
    ]);
    expect(screenOf(app)).toContain("Write: ratio NUMBER");
  });

  test("a wrong limit is refused with an example", () => {
    const app = mount();
    app.press("l", ..."fast", "enter");
    expect(screenOf(app)).toContain('"fast" is no rate.');
  });

  test("the help finds a key and does what it says", async () => {
    const app = busy();
    app.press("?", ..."pause", "enter");
    await app.settle();
    expect(app.view.sent).toEqual([["pause", anId(0)]]);
  });

  test("d shows the network, e what happened, the same keys lead back", () => {
    const app = busy();
    app.press("d");
    expect(app.view.watched).toEqual(["dht"]);
    expect(screenOf(app)).toContain("own neighbourhood");
    app.press("3");
    expect(screenOf(app)).toContain("router.bittorrent.com:6881");
    app.press("e");
    expect(screenOf(app)).toContain("blocked 10.0.0.9");
    app.press("e");
    expect(screenOf(app)).toContain("1 All 9");
  });

  test("colours can be changed, and without colour there is only one theme", () => {
    const app = busy();
    app.press("t");
    expect(screenOf(app)).toContain("Colours: dark");
    expect(app.terminal.styledScreen.join("")).toContain("\x1b[92m");
  });
});

test("order and looks are found again, whatever else stands where they were kept", () => {
  const kept: unknown[] = [];
  const first = busy({ savePreferences: (preferences) => void kept.push(preferences) });
  first.press("o", "t", "2");
  first.dashboard.close();
  expect(kept).toHaveLength(1);
  const second = busy({ preferences: JSON.parse(JSON.stringify(kept[0])) });
  expect(screenOf(second)).toContain("order: name");
  expect(second.terminal.styledScreen.join("")).toContain("\x1b[92m");
  expect(screenOf(second)).not.toContain("debian");
  for (const preferences of [null, 7, { sort: "by mood", theme: {}, chart: [] }]) {
    expect(screenOf(busy({ preferences }))).toContain("order: added");
  }
});

describe("leaving", () => {
  test("q asks once while something would stop", async () => {
    const app = busy();
    app.press("q");
    expect(screenOf(app)).toContain("5 downloads will stop");
    app.press("q");
    await expect(app.dashboard.done).resolves.toEqual({ reason: "quit" });
  });

  test("q leaves at once when nothing would", async () => {
    const app = mount();
    app.press("q");
    await expect(app.dashboard.done).resolves.toEqual({ reason: "quit" });
  });

  test("ctrl-c leaves from anywhere", async () => {
    const app = busy();
    app.press("a", "ctrl+c");
    await expect(app.dashboard.done).resolves.toEqual({ reason: "interrupt" });
  });

  test.each([
    ["q", (app: Mounted) => app.press("q"), "quit"],
    ["close", (app: Mounted) => app.dashboard.close(), "closed"],
    ["the terminal's end", (app: Mounted) => app.terminal.hangUp(), "terminal-closed"],
  ])("after %s nothing runs on and nothing more is written", async (_case, leave, reason) => {
    const app = mount();
    leave(app);
    const written = app.terminal.output.length;

    await expect(app.dashboard.done).resolves.toEqual({ reason });
    app.view.publish(aBusySession());
    app.clock.advance(120_000);
    app.dashboard.close();

    expect(app.terminal.output.length).toBe(written);
    expect(app.clock.pendingTimers).toBe(0);
    expect(app.view.listenerCount).toBe(0);
    expect(app.terminal.isListenedTo).toBe(false);
    expect(app.dashboard.leaveBytes()).toBe("");
  });

  test("every mode is given back, after the last frame", () => {
    const app = busy();
    expect([...app.terminal.modes].sort()).toEqual([1000, 1004, 1006, 1049, 2004]);
    app.dashboard.close();
    expect([...app.terminal.modes].sort()).toEqual([25, 7]);
    expect(app.terminal.output.endsWith(leaveSequence())).toBe(true);
  });

  test("an exit handler gets the bytes once, and no frame follows", () => {
    const app = busy();
    expect(app.dashboard.leaveBytes()).toBe(leaveSequence());
    const written = app.terminal.output.length;
    app.press("j", "d");
    app.clock.advance(5000);
    app.dashboard.close();
    expect(app.terminal.output.length).toBe(written);
  });

  test("ctrl-z gives the terminal back, and takes it and repaints when the program goes on", async () => {
    const terminal = new FakeTerminal();
    const stopped: (() => void)[] = [];
    terminal.suspend = () => new Promise((resolve) => void stopped.push(resolve));
    const app = busy({ terminal });
    app.press("ctrl+z");
    expect(terminal.modes.has(1049)).toBe(false);
    const written = terminal.output.length;
    app.view.publish(aSnapshot());
    app.clock.advance(5000);
    expect(terminal.output.length).toBe(written);

    stopped[0]?.();
    await app.settle();
    expect(terminal.modes.has(1049)).toBe(true);
    expect(screenOf(app)).toContain("Nothing here yet");
  });

  test("after it was stopped from outside everything is set and drawn again", () => {
    const app = busy();
    const before = app.terminal.screen;
    app.terminal.write("\x1b[2J");
    app.terminal.modes.clear();
    app.terminal.continue();
    expect(app.terminal.screen).toEqual(before);
    expect(app.terminal.modes.has(1049)).toBe(true);
  });
});

describe("frames", () => {
  test("none is made while nothing changes", () => {
    const app = mount();
    app.clock.advance(1000);
    const { framesWritten } = app.dashboard;
    app.clock.advance(10_000);
    expect(app.dashboard.framesWritten).toBe(framesWritten);
  });

  test("none is made by snapshots in which nothing visible changed", () => {
    const app = mount();
    app.clock.advance(1000);
    const written = app.terminal.output.length;
    for (let version = 2; version < 40; version++) {
      app.view.publish(anEmptySession({ version, atUnixMs: version, downBytesPerSecond: 0.1 }));
      app.clock.advance(100);
    }
    expect(app.terminal.output.length).toBe(written);
  });

  test("nothing wakes the program more than once a minute while nothing moves", () => {
    const app = mount();
    app.clock.advance(1000);
    expect(app.clock.pendingTimers).toBe(1);
  });

  test("at most two a second show data, however often snapshots come", () => {
    const app = mount({ snapshot: aSnapshot({ torrents: manyTorrents(100) }) });
    app.clock.advance(1000);
    const before = app.dashboard.framesWritten;
    for (let tick = 0; tick < 100; tick++) {
      app.view.publish(aSnapshot({ torrents: manyTorrents(100, tick) }));
      app.clock.advance(100);
    }
    expect(app.dashboard.framesWritten - before).toBeLessThanOrEqual(21);
    expect(app.dashboard.framesWritten - before).toBeGreaterThan(15);
  });

  test("a key is on the screen at once", () => {
    const app = busy();
    app.clock.advance(5050);
    app.terminal.type("j");
    expect(app.terminal.screen.find((line) => line.startsWith("▸"))).toContain("old-scans");
  });

  test("TU10: none is queued for a terminal that is behind; the newest state follows when it has caught up", () => {
    const app = mount({ snapshot: aSnapshot({ torrents: manyTorrents(20) }) });
    app.terminal.isReady = false;
    app.view.publish(aSnapshot({ torrents: manyTorrents(20, 1) }));
    app.clock.advance(1000);
    const written = app.terminal.output.length;
    for (let tick = 2; tick < 600; tick++) {
      app.view.publish(aSnapshot({ torrents: manyTorrents(20, tick) }));
      app.clock.advance(100);
    }
    expect(app.terminal.output.length).toBe(written);

    app.view.publish(aSnapshot({ torrents: [aTorrent({ name: "the newest" })] }));
    app.terminal.drain();
    expect(screenOf(app)).toContain("the newest");
  });

  test("a notice disappears by itself", () => {
    const app = busy();
    app.press("t");
    expect(screenOf(app)).toContain("Colours:");
    app.clock.advance(6100);
    expect(screenOf(app)).not.toContain("Colours:");
  });

  test("a torrent that finishes is told, one that was complete before is not", () => {
    const app = busy();
    app.clock.advance(1000);
    expect(screenOf(app)).not.toContain("is complete");
    const { torrents } = aBusySession();
    const done = torrents.map((torrent) => ({ ...torrent, finishedAtUnixMs: torrent.finishedAtUnixMs ?? 1 }));
    app.view.publish(aSnapshot({ torrents: done.slice(2, 4) }));
    app.clock.advance(1000);
    expect(screenOf(app)).toContain("ubuntu-26.04-desktop.iso is complete.");
  });

  test("the clock advances with the minute", () => {
    const app = mount();
    expect(app.terminal.screen[0]).toContain("14:02");
    app.clock.advance(30_000);
    expect(app.terminal.screen[0]).toContain("14:03");
  });

  test("synchronized updates are used only by a terminal that says it knows them", () => {
    const abilities = {
      colour: "basic",
      charset: "unicode",
      synchronized: "query",
      escapeTimeoutMs: 25,
    } as const;
    for (const [setting, expected] of [
      [0, 0],
      [2, 1],
      [4, 0],
    ] as const) {
      const app = busy({ abilities });
      expect(app.terminal.output).toContain("\x1b[?2026$p");
      app.terminal.type(`\x1b[?2026;${setting}$y`);
      const before = app.terminal.output.length;
      app.press("j");
      expect(app.terminal.output.slice(before).split("\x1b[?2026h").length - 1).toBe(expected);
      app.dashboard.close();
    }
  });

  test("a screen that cannot be drawn says so, the rest lives on", () => {
    const app = busy();
    const broken = { ...aTorrent(), counts: undefined as never };
    app.view.publish(aSnapshot({ torrents: [broken] }));
    app.clock.advance(1000);
    expect(screenOf(app)).toContain("Transfers go on.");
    app.view.publish(aBusySession());
    app.clock.advance(1000);
    expect(screenOf(app)).toContain("lecture-series-hd");
  });
});

describe("TU01: hostile text", () => {
  // FakeTerminal throws on every byte that is not in the presenter's grammar.
  const HOSTILE = [
    "\x1b]52;c;AAAA\x07",
    "\x1b[2J\x1b[3J",
    "\x9b31m",
    "\x1bPq",
    "\x1b]unterminated",
    "\x1bc",
    "\x1b[6n",
    "a\r\nb\tc\x08",
    "invoice\u202efdp.exe",
    `o${"\u0301".repeat(300)}`,
    "👨‍👩‍👧‍👦".repeat(20),
    "漢字".repeat(40),
    "\ud800",
    "x".repeat(10_000),
  ];

  test.each(HOSTILE.map((text) => [text.slice(0, 12), text]))(
    "%j in every string of the snapshot harms no screen",
    (_short, text) => {
      const base = aBusySession();
      const [torrent] = base.torrents;
      const hostile = aTorrent({
        ...torrent,
        name: text,
        folder: text,
        magnet: text,
        haveStrip: text,
        availabilityStrip: text,
        diagnosis: {
          ...aTorrent().diagnosis,
          code: text,
          sentence: text,
          remedy: text,
          evidence: [text, text],
          also: [text],
        },
        peers: [aPeer({ address: text, client: text, activity: text })],
        files: [aFile({ path: text }), aFile({ path: `${text}/b` })],
        pieces: { sliceCount: 3, have: text, copies: text, active: text },
        dhtTrail: {
          isRunning: false,
          asked: 1,
          answered: 1,
          timedOut: 0,
          peersFound: 0,
          storedOn: 1,
          nextInSeconds: null,
          steps: [{ address: text, sharedBits: 1, outcome: "answered", rttMs: 1, peers: 0 }],
        },
      });
      const app = mount({
        snapshot: aSnapshot({
          torrents: [
            hostile,
            aTorrent({ id: anId(9), name: text, diagnosis: { ...hostile.diagnosis, severity: "problem" } }),
          ],
          listening: text,
          defaultFolder: text,
          log: [aLogLine(1, text, hostile.id)],
          dht: {
            ...base.dht,
            nodeId: text,
            externalAddress: text,
            bootstrap: [{ address: text, state: "silent" }],
          },
        }),
        columns: 90,
        rows: 34,
      });
      for (const key of [
        "enter",
        "2",
        "3",
        "4",
        "5",
        "6",
        "esc",
        "w",
        "esc",
        "x",
        "esc",
        "X",
        "esc",
        "c",
        "esc",
        "d",
        "e",
        "e",
        "a",
        "esc",
        "?",
        "esc",
        "/",
      ]) {
        app.press(key);
        expect(app.terminal.screen).toHaveLength(34);
      }
      app.terminal.paste(text);
      app.clock.advance(100);
      app.dashboard.close();
    },
  );

  test("so do messages of errors", async () => {
    const app = busy();
    app.view.refusal = new Error("no such \x1b[2Jfile\nsecond line");
    app.press("space");
    await app.settle();
    expect(screenOf(app)).toContain("no such �[2Jfile�second line");
  });
});

describe("names that others chose", () => {
  const withNames = (...names: readonly string[]): Mounted =>
    mount({
      snapshot: aSnapshot({ torrents: names.map((name, index) => aTorrent({ id: anId(index), name })) }),
    });
  const rows = (app: Mounted): readonly string[] =>
    app.terminal.screen.slice(4, 10).filter((line) => line.trim() !== "");

  test.each([["\r"], ["\b"], ["\t"], ["\n"], ["\u0085"]])(
    "TU02: %j in a name is replaced and stays on its row",
    (sign) => {
      const app = withNames(`before${sign}after`, "the next");
      expect(rows(app)[0]).toContain("before\ufffdafter");
      expect(rows(app)[1]).toContain("the next");
    },
  );

  test("TU03: a reversed extension is shown as it is, and the file is marked", () => {
    const files = [aFile({ path: "a/invoice\u202efdp.exe" }), aFile({ path: "a/notes.txt" })];
    const app = mount({ snapshot: aSnapshot({ torrents: [aTorrent({ files })] }) });
    app.press("enter", "4", "j");
    expect(app.terminal.screen.find((line) => line.includes("fdp.exe"))).toMatch(
      /^ !.*invoice\ufffdfdp\.exe/,
    );
    expect(app.terminal.screen.find((line) => line.includes("notes.txt"))).not.toContain("!");
  });

  test("TU04: whatever a name is made of, the columns behind it stand where they stood", () => {
    const names = [
      `a${"\u0301".repeat(10_000)}`,
      "👨‍👩‍👧‍👦".repeat(255),
      "漢字".repeat(200),
      "a\ufe0f\u20e3",
      "\ud800",
      "±¤Ω",
    ];
    const app = withNames(...names);
    for (const row of rows(app)) expect(row.endsWith("22m"), row).toBe(true);
  });

  test("TU05: twins of another name can be told apart", () => {
    const shown = rows(withNames("report", "re\u200bport", "report\u2060", "r\u0435port"));
    const names = shown.map((row) => row.slice(3, 20).trim());
    expect(new Set(names.slice(0, 3)).size).toBe(3);
  });

  test("TU06: two hundred peers with ten kilobytes of control sequences for a name take their column and no more", () => {
    const client = "\x1b]0;evil\x07\x1b[2J".repeat(600);
    const peers = somePeers(200).map((peer) => ({ ...peer, client }));
    const app = mount({ snapshot: aSnapshot({ torrents: [aTorrent({ peers })] }), columns: 140, rows: 40 });
    app.press("enter", "3");
    for (const line of app.terminal.screen.slice(4, 34)) expect(line.length).toBeLessThanOrEqual(140);
    expect(app.terminal.screen[4]).toContain("sending");
  });

  test("TU07: of a mebibyte that is pasted no more than a field's worth is shown, and nothing is done", async () => {
    const app = mount();
    app.terminal.type(`\x1b[200~${"x\n; rm -rf ~\n".repeat(80_000)}${MAGNET}\x1b[201~\r`);
    await app.settle();
    expect(app.view.sent).toEqual([]);
    app.press("esc", "esc");
    expect(screenOf(app)).toContain("Nothing here yet");
  });
});
