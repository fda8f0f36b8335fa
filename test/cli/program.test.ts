import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { encodeBencode } from "../../src/core/bencode.ts";
import { run, scratchFolder, start } from "./support.ts";

/** Whole transfers between processes on a machine that may be busy. */
const PATIENT_MS = 60_000;

const HASH = "0123456789abcdef0123456789abcdef01234567";

function torrentFile(info: Record<string, unknown>): string {
  const path = join(scratchFolder(), "some.torrent");
  writeFileSync(path, encodeBencode({ announce: "http://tracker.invalid/announce", info: info as never }));
  return path;
}

const ONE_FILE = { name: "a.txt", length: 3, "piece length": 16_384, pieces: new Uint8Array(20) };

describe("settings stand below what is typed", () => {
  test(
    "the environment counts more than the file, and each is named where its value is refused",
    async () => {
      const home = scratchFolder();
      const config = join(home, "config.toml");
      writeFileSync(config, 'port = "many"\n[get]\nstall-timeout = "5m"\n');
      const fromFile = await run(["get", HASH, "--config", config], home);
      expect(fromFile.stderr).toContain(`--port: "many" is not a port (set by ${config})`);
      const args = ["config", "list", "--origin", "--config", config];
      const listed = await start(args, home, { STARLING_PORT: "7007" }).finished;
      expect(listed.stdout).toBe(`port = 7007  # STARLING_PORT\nget.stall-timeout = 5m  # ${config}\n`);
      const typed = await run(["get", HASH, "--config", config, "--port", "few"], home);
      expect(typed.stderr).toContain('--port: "few" is not a port\n');
    },
    PATIENT_MS,
  );

  test(
    "set, get and unset change one line; a word that means nothing is named with what was meant",
    async () => {
      const home = scratchFolder();
      expect((await run(["config", "set", "max-down", "2M"], home)).exit).toBe(0);
      expect((await run(["config", "get", "max-down"], home)).stdout).toBe("2M\n");
      const path = (await run(["config", "path"], home)).stdout.trim();
      writeFileSync(path, `${readFileSync(path, "utf8")}prot = 7000\n`);
      const refused = await run(["get", HASH], home);
      expect(refused).toMatchObject({ exit: 2, stderr: expect.stringContaining("Did you mean port?") });
      expect((await run(["config", "unset", "prot"], home)).exit).toBe(0);
      expect(readFileSync(path, "utf8")).toBe('max-down = "2M"\n');
      const unfit = await run(["config", "set", "port", "many"], home);
      expect(unfit).toMatchObject({ exit: 2, stderr: expect.stringMatching(/^error: port: "many"/) });
    },
    PATIENT_MS,
  );
});

test(
  "config edit opens the file in the user's editor and says what is wrong with what it left",
  async () => {
    const home = scratchFolder();
    const editor = join(home, "editor.mjs");
    writeFileSync(
      editor,
      'import { writeFileSync } from "node:fs"; writeFileSync(process.argv.at(-1), process.env.WRITES);',
    );
    const edit = (text: string) =>
      start(["config", "edit"], home, { EDITOR: `${process.execPath} ${editor}`, WRITES: text }).finished;

    expect((await edit('max-up = "1M"\n')).exit).toBe(0);
    expect((await run(["config", "get", "max-up"], home)).stdout).toBe("1M\n");
    const mistaken = await edit("prot = 7000\n");
    expect(mistaken).toMatchObject({ exit: 2, stderr: expect.stringContaining("Did you mean port?") });
    const unfit = await edit('port = "many"\n');
    expect(unfit).toMatchObject({ exit: 2, stderr: expect.stringContaining('"many" is not a port') });
    expect((await run(["config", "edit"], home)).stderr).toContain("Set VISUAL or EDITOR");
  },
  PATIENT_MS,
);

test(
  "a download folder that cannot be is refused with one line, before anything begins",
  async () => {
    for (const folder of ["/proc/x", "/dev/null/x"]) {
      const refused = await run(["get", HASH, "-o", folder, "--bootstrap", "none"]);
      expect(refused).toMatchObject({ exit: 8, stdout: "" });
      expect(refused.stderr).toMatch(/^error: .*\/(x|null).*\nhint: .*\n$/);
    }
  },
  PATIENT_MS,
);

describe("bad input gets one line that says what is wrong, and the documented exit code", () => {
  test.each([
    [["get", "magnet:?xt=urn:btih:123"], 3, /magnet/i],
    [["get", `magnet:?xt=urn:btmh:1220${"00".repeat(32)}`], 3, /v2-only torrents are not supported yet/],
    [["get", "no-such-file.torrent"], 8, /no-such-file/],
    [["get", HASH, "--port", "70000"], 2, /--port/],
    [["get", HASH, "--max-down", "fast"], 2, /--max-down/],
    [["get", HASH, "--bootstrap", "nowhere"], 2, /--bootstrap/],
    [["gett", HASH], 2, /gett|command/],
    [["get"], 2, /source/],
    [["dht", "lookup", "xyz", "--bootstrap", "127.0.0.1:9"], 3, /not a hash/],
    [["create", "no-such-folder"], 8, /no-such-folder/],
  ])(
    "%j",
    async (args, exit, message) => {
      const result = await run(args);
      expect(result.stderr).toMatch(message);
      expect(result.exit).toBe(exit);
      expect(result.stderr).not.toMatch(/\n\s+at /);
    },
    PATIENT_MS,
  );

  test(
    "a private torrent can be inspected, but not downloaded",
    async () => {
      const path = torrentFile({ ...ONE_FILE, private: 1 });
      const info = await run(["info", path, "--json"]);
      expect(JSON.parse(info.stdout)).toMatchObject({
        private: true,
        ignoredTrackers: 1,
        length: 3,
        pieces: 1,
      });
      const get = await run(["get", path, "--port", "0", "--bootstrap", "none"]);
      expect(get.exit).toBe(3);
      expect(get.stderr).toMatch(/private/);
    },
    PATIENT_MS,
  );

  test(
    "a file where the folder should be",
    async () => {
      const home = scratchFolder();
      writeFileSync(join(home, "occupied"), "keep me");
      const result = await run(["get", HASH, "-o", "occupied", "--port", "0", "--bootstrap", "none"], home);
      expect(result.exit).toBe(8);
      expect(readFileSync(join(home, "occupied"), "utf8")).toBe("keep me");
    },
    PATIENT_MS,
  );

  test(
    "a port that another program uses",
    async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as { port: number };
      const result = await run([
        "get",
        HASH,
        "--host",
        "127.0.0.1",
        "--port",
        String(port),
        "--bootstrap",
        "none",
      ]);
      server.close();
      expect(result.exit).toBe(9);
      expect(result.stderr).toContain(String(port));
    },
    PATIENT_MS,
  );

  test(
    "no DHT node that answers",
    async () => {
      const result = await run([
        "dht",
        "lookup",
        HASH,
        "--host",
        "127.0.0.1",
        "--bootstrap",
        "127.0.0.1:9",
        "--timeout",
        "1s",
        "--json",
      ]);
      expect(result.exit).toBe(4);
      expect(JSON.parse(result.stdout)).toMatchObject({
        ok: false,
        error: { code: "E_DHT_UNREACHABLE", exit: 4 },
      });
    },
    PATIENT_MS,
  );

  test(
    "nobody who has the torrent, within the time given",
    async () => {
      const result = await run([
        "get",
        HASH,
        "-o",
        "out",
        "--port",
        "0",
        "--bootstrap",
        "none",
        "--timeout",
        "1s",
      ]);
      expect(result.exit).toBe(5);
    },
    PATIENT_MS,
  );

  test(
    "a torrent whose names want to leave the folder stays inside it",
    async () => {
      const home = scratchFolder();
      const path = torrentFile({
        ...ONE_FILE,
        name: "../../escape",
        length: undefined,
        files: [{ length: 3, path: ["..", "..", "etc", "x"] }],
      });
      const info = await run(["info", path, "--json"], home);
      for (const file of JSON.parse(info.stdout).files) expect(file.path).not.toMatch(/(^|\/)\.\.(\/|$)|^\//);
    },
    PATIENT_MS,
  );
});

test(
  "create and info agree, and nothing that exists is overwritten",
  async () => {
    const home = scratchFolder();
    mkdirSync(join(home, "album"));
    writeFileSync(join(home, "album", "one.txt"), "one");
    writeFileSync(join(home, "album", "two.txt"), "two");
    const create = await run(["create", "album", "-o", "album.torrent", "--json"], home);
    const made = JSON.parse(create.stdout);
    const info = JSON.parse((await run(["info", "album.torrent", "--json"], home)).stdout);
    expect(info).toMatchObject({ infoHash: made.infoHash, name: "album", length: 6 });
    expect(info.files.map((file: { path: string }) => file.path)).toEqual(["album/one.txt", "album/two.txt"]);
    expect((await run(["create", "album", "-o", "album.torrent"], home)).exit).toBe(8);
    expect((await run(["verify", "album.torrent", "."], home)).exit).toBe(0);
    chmodSync(join(home, "album", "two.txt"), 0o644);
    writeFileSync(join(home, "album", "two.txt"), "twx");
    expect((await run(["verify", "album.torrent", "."], home)).exit).toBe(7);
  },
  PATIENT_MS,
);

test(
  "a magnet of a shared folder becomes the same files through a DHT of one's own",
  async () => {
    const home = scratchFolder();
    mkdirSync(join(home, "album"));
    const content = new Uint8Array(300_000).map((_, i) => (i * 7) % 251);
    writeFileSync(join(home, "album", "song.bin"), content);
    writeFileSync(join(home, "album", "empty.txt"), "");
    const node = start(["dht", "serve", "--host", "127.0.0.1", "--port", "0"], home);
    const bootstrap = (await node.line(/^listening /)).split(" ")[1] as string;
    const sharer = start(
      ["share", "album", "--host", "127.0.0.1", "--port", "0", "--bootstrap", bootstrap],
      home,
    );
    const magnet = await sharer.line(/^magnet:/);
    const address = (await sharer.line(/^listening /)).split(" ")[1] as string;
    const here = ["--host", "127.0.0.1", "--port", "0", "--json"];
    const [get, probe] = await Promise.all([
      run(["get", magnet, "-o", "copy", "--bootstrap", bootstrap, ...here], home),
      run(["probe", magnet, "--bootstrap", "none", "--peer", address, "--for", "4s", ...here], home),
    ]);
    const seen = JSON.parse(probe.stdout);
    expect(seen).toMatchObject({ ok: true, reachableRatio: 1 });
    // The sharer, and who downloads from it at the same time, if it was told of that one (PEX).
    expect([1, 2]).toContain(seen.peers);
    expect(seen.seeds).toBeGreaterThanOrEqual(1);
    sharer.kill("SIGTERM");
    node.kill("SIGINT");
    const ends = await Promise.all([sharer.finished, node.finished]);
    expect(get.exit).toBe(0);
    const lines = get.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map((line) => line.type)).toContain("metadata");
    expect(lines.at(-1)).toMatchObject({ ok: true });
    expect(new Uint8Array(readFileSync(join(home, "copy", "album", "song.bin")))).toEqual(content);
    expect(existsSync(join(home, "copy", "album", "empty.txt"))).toBe(true);
    expect(ends.map((end) => end.exit)).toEqual([0, 0]);
  },
  PATIENT_MS,
);
