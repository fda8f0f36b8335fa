// Bundles the program (decision 11): the command line and its engine worker share chunks, React sits only in the
// chunk that the dashboard loads by dynamic import, and the disk worker is one small file of its own, because each
// disk thread starts from it. Entries that do not exist yet are skipped.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { directImports } from "./direct-imports.mjs";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const OUT = join(ROOT, "dist", "cli");
/** Chunks of a former build stay this long: a program started from them may still have to load one. */
const STALE_CHUNK_MS = 10 * 60_000;

/** Ink reaches for React's developer tools only when DEV=true; they are not a dependency of ours. */
const withoutDevtools = {
  name: "without-devtools",
  setup(plugin) {
    plugin.onResolve({ filter: /^react-devtools-core$/ }, () => ({ path: "none", namespace: "absent" }));
    plugin.onLoad({ filter: /.*/, namespace: "absent" }, () => ({ contents: "export default undefined;" }));
  },
};

/** @type {import("esbuild").BuildOptions} */
const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: "node",
  target: "node20",
  format: "esm",
  outdir: OUT,
  write: false,
  logLevel: "warning",
  jsx: "automatic",
  define: {
    "process.env.NODE_ENV": '"production"',
    "process.env.DEV": '"false"',
    STARLING_VERSION: JSON.stringify(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).version),
  },
  plugins: [withoutDevtools, directImports],
  // CommonJS packages inside an ES module still call require for Node's own modules.
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
};

const CLI_ENTRIES = {
  main: "src/cli/main.ts",
  "engine-worker": "src/cli/engine-worker.ts",
  "engine-process": "src/cli/engine-process.ts",
  "demo-world": "src/cli/demo/demo-world.ts",
};
const DISK_WORKER = { "disk-worker": "src/platform/disk-worker.ts" };

function existing(entries) {
  return Object.fromEntries(Object.entries(entries).filter(([, source]) => existsSync(join(ROOT, source))));
}

/** Each file appears whole: tests of several processes bundle at the same time. */
function writeWhole(file) {
  const temporary = `${file.path}.${process.pid}.tmp`;
  writeFileSync(temporary, file.contents);
  renameSync(temporary, file.path);
}

async function bundle(entries, options) {
  const present = existing(entries);
  if (Object.keys(present).length === 0) return [];
  const result = await build({ ...COMMON, ...options, entryPoints: present });
  mkdirSync(OUT, { recursive: true });
  for (const file of result.outputFiles) writeWhole(file);
  return result.outputFiles.map((file) => basename(file.path));
}

function removeStaleChunks(current) {
  for (const name of readdirSync(OUT)) {
    if (!name.startsWith("chunk-")) continue;
    const path = join(OUT, name);
    if (!current.includes(name) && Date.now() - statSync(path).mtimeMs > STALE_CHUNK_MS) rmSync(path);
  }
}

/** The disk worker alone: what tests of the platform need, in a few hundredths of a second. */
export async function bundleDiskWorker() {
  return bundle(DISK_WORKER, { splitting: false });
}

export async function bundleAll() {
  const worker = await bundleDiskWorker();
  const cli = await bundle(CLI_ENTRIES, { splitting: true, chunkNames: "chunk-[hash]" });
  if (cli.includes("main.js")) chmodSync(join(OUT, "main.js"), 0o755);
  if (cli.length > 0) removeStaleChunks([...cli, ...worker]);
}

if (process.argv[1] !== undefined && fileURLToPath(import.meta.url) === process.argv[1]) await bundleAll();
