/**
 * The walls of the house, executable: which folder may import which, where Node and each package may be touched,
 * and what the cores may not know. ARCHITECTURE.md#layers explains; this test is the authority.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { expect, test } from "vitest";

const SRC = join(import.meta.dirname, "..", "src");

/** Folder -> what of ours it may import: a folder (toolkits by file, others by their index) or one file. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  torrent: ["core"],
  dht: ["core"],
  utp: ["core"],
  mapping: ["core"],
  sealing: ["core"],
  wire: ["core", "torrent"],
  storage: ["core", "torrent"],
  session: ["core", "torrent", "storage", "dht", "utp", "mapping", "sealing", "wire"],
  platform: ["core", "torrent", "storage", "mapping", "sealing", "session/session-ports.ts"],
  sim: ["core", "torrent", "storage", "dht", "utp", "mapping", "wire", "session"],
  ui: ["session/session-view.ts"],
  cli: ["core", "torrent", "storage", "dht", "utp", "sealing", "wire", "session", "platform", "sim", "ui"],
};

/** Toolkits are imported file by file; every other folder is entered through its index.ts. */
const TOOLKITS = ["core", "torrent"];
const OPEN_FILES = ["session/session-view.ts", "session/session-ports.ts"];

/** Each package has one seam; ink and React live in all of ui. */
const PACKAGE_SEAMS: Readonly<Record<string, (file: string) => boolean>> = {
  bencode: (file) => file === "core/bencode.ts",
  "lru-cache": (file) => file === "core/bounded-cache.ts",
  "k-bucket": (file) => file === "dht/contact-tree.ts",
  "dgram-as-promised": (file) => file === "platform/udp.ts",
  ink: (file) => file.startsWith("ui/"),
  react: (file) => file.startsWith("ui/"),
  "string-width": (file) => file.startsWith("ui/"),
  commander: (file) => file.startsWith("cli/"),
  "smol-toml": (file) => file === "cli/settings/config-file.ts",
};

const MAY_USE_NODE = ["platform", "cli", "index.ts"];
/** Files outside those folders that may import one Node module, and why. */
const NODE_EXCEPTIONS: Readonly<Record<string, string>> = {
  "core/sha1.ts": "node:crypto", // a pure function; a second implementation would only be slower
};

/** Where the network thread enters the platform; disk workers have an entry of their own. */
const NETWORK_THREAD = "platform/index.ts";
/** Blocking calls outside disk workers: of node:fs, none of which a transfer makes, and of node:crypto, which take microseconds. */
const MAY_BLOCK: Readonly<Record<string, readonly string[]>> = {
  "platform/lock-file.ts": ["readFileSync"], // boot id and process times from /proc, when the state folder is locked
  "platform/paths.ts": ["readFileSync"], // the user's folder names, when the program starts
  "platform/sealing-crypto.ts": ["generateKeyPairSync", "hkdfSync"], // once a connection
  "platform/worker-location.ts": ["existsSync"], // when a disk worker starts
};

/** Folders that are synchronous and know no ambient world (Laws 1 and 2). */
const CORES = ["core", "torrent", "dht", "utp", "mapping", "sealing", "wire", "storage"];
const AMBIENT =
  /(?<![.\w])(?:Date\.|new Date\b|performance\.|setTimeout\(|setInterval\(|setImmediate\(|queueMicrotask\(|Math\.random|process\.|console\.)/;
const ASYNC = /(?<![.\w"'`])(?:async |await |Promise<|new Promise\b|Promise\.)/;
/** Facades over a core, which may be asynchronous. */
const isFacade = (file: string): boolean => file.endsWith("-client.ts");

interface Source {
  readonly file: string;
  readonly folder: string;
  readonly code: string;
  readonly imports: readonly string[];
}

const sources: readonly Source[] = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => /\.tsx?$/.test(file) && !file.endsWith(".d.ts"))
  .map((file) => {
    const code = withoutComments(readFileSync(join(SRC, file), "utf8"));
    const folder = file.includes("/") ? (file.split("/")[0] as string) : file;
    return { file, folder, code, imports: importsOf(code) };
  });

function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|[^:"'`])\/\/[^\n]*/g, "$1");
}

function importsOf(code: string): string[] {
  const pattern = /(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s+)["']([^"'\s()]+)["']/g;
  return [...code.matchAll(pattern)].map((match) => match[1] as string);
}

/** Our own imports of a file, as paths below src. */
function ownImports(source: Source): string[] {
  return source.imports
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) =>
      relative(SRC, normalize(join(SRC, dirname(source.file), specifier))).replaceAll("\\", "/"),
    );
}

function packageOf(specifier: string): string {
  const parts = specifier.split("/");
  return specifier.startsWith("@") ? parts.slice(0, 2).join("/") : (parts[0] as string);
}

test("folders import only what the layer matrix allows", () => {
  const violations: string[] = [];
  for (const source of sources) {
    const allowed = MAY_IMPORT[source.folder];
    if (allowed === undefined) continue;
    for (const target of ownImports(source)) {
      const folder = target.split("/")[0] as string;
      if (folder === source.folder || allowed.includes(folder) || allowed.includes(target)) continue;
      violations.push(
        `${source.file} imports ${target}: ${source.folder} may import only [${allowed.join(", ")}]`,
      );
    }
  }
  expect(violations).toEqual([]);
});

test("folders are entered through their index, toolkits by file", () => {
  const violations: string[] = [];
  for (const source of sources) {
    for (const target of ownImports(source)) {
      const folder = target.split("/")[0] as string;
      if (folder === source.folder || TOOLKITS.includes(folder) || OPEN_FILES.includes(target)) continue;
      if (target !== `${folder}/index.ts` && target.includes("/")) {
        violations.push(`${source.file} imports ${target}: enter ${folder} through ${folder}/index.ts`);
      }
    }
  }
  expect(violations).toEqual([]);
});

test("every package is touched at its one seam", () => {
  const violations: string[] = [];
  for (const source of sources) {
    for (const specifier of source.imports) {
      if (specifier.startsWith(".") || specifier.startsWith("node:")) continue;
      const seam = PACKAGE_SEAMS[packageOf(specifier)];
      if (seam === undefined) violations.push(`${source.file} imports ${specifier}, which has no seam yet`);
      else if (!seam(source.file)) violations.push(`${source.file} imports ${specifier} outside its seam`);
    }
  }
  expect(violations).toEqual([]);
});

test("Node's own modules stay in platform and cli", () => {
  const violations = sources.flatMap((source) =>
    source.imports
      .filter((specifier) => specifier.startsWith("node:"))
      .filter(
        (specifier) => !MAY_USE_NODE.includes(source.folder) && NODE_EXCEPTIONS[source.file] !== specifier,
      )
      .map((specifier) => `${source.file} imports ${specifier}: only ${MAY_USE_NODE.join(", ")} may`),
  );
  expect(violations).toEqual([]);
});

test("cores know no ambient world and no promises", () => {
  const violations: string[] = [];
  for (const source of sources) {
    if (!CORES.includes(source.folder) || isFacade(source.file)) continue;
    const ambient = AMBIENT.exec(source.code);
    if (ambient !== null)
      violations.push(`${source.file} uses ${ambient[0]}: time, randomness and output are injected`);
    const asynchronous = ASYNC.exec(source.code);
    if (asynchronous !== null)
      violations.push(`${source.file} uses ${asynchronous[0]}: cores are synchronous`);
  }
  expect(violations).toEqual([]);
});

test("the network thread makes no blocking call to a disk", () => {
  const byFile = new Map(sources.map((source) => [source.file, source]));
  const reached = new Set([NETWORK_THREAD]);
  // A set that grows while it is walked is walked to its end.
  for (const file of reached) for (const next of ownImports(byFile.get(file) as Source)) reached.add(next);
  const violations: string[] = [];
  for (const file of reached) {
    const calls = (byFile.get(file) as Source).code.match(/\b\w+Sync\b/g) ?? [];
    for (const call of new Set(calls))
      if (call !== "randomFillSync" && MAY_BLOCK[file]?.includes(call) !== true)
        violations.push(`${file} calls ${call}: that belongs into a disk worker`);
  }
  expect(violations).toEqual([]);
  expect(reached.has("platform/torrent-disk.ts")).toBe(true);
  expect(reached.has("platform/content-files.ts")).toBe(false);
});

test("imports form no cycle", () => {
  const graph = new Map(sources.map((source) => [source.file, ownImports(source)]));
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      cycles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
      return;
    }
    if (done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  expect(cycles).toEqual([]);
});

test("the guard itself sees violations", () => {
  expect(importsOf('import type { A } from "../wire/index.ts";\nconst b = await import("ink");')).toEqual([
    "../wire/index.ts",
    "ink",
  ]);
  expect(AMBIENT.test("const t = Date.now();")).toBe(true);
  expect(AMBIENT.test("clock.setTimer(5)")).toBe(false);
  expect(ASYNC.test("export async function f() {}")).toBe(true);
});
