// Bundles the program (decision 11). The command line is split, so that a command loads what it needs: React sits only
// in the chunk that the dashboard loads by dynamic import. What runs in threads and processes of its own (the engine, the
// demo's swarm, the disk worker) is one file each: a thread shares no code with another anyway, and opens one file
// instead of a hundred at once, which a limit of 64 descriptors would not allow.
import {
  chmodSync,
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
import { commandGroups } from "./command-groups.mjs";
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

/** Commander can run commands as programs of their own; ours are all inside, and loading what starts programs takes time. */
const withoutSubprograms = {
  name: "without-subprograms",
  setup(plugin) {
    plugin.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /[\\/]node_modules[\\/]commander[\\/]/.test(importer)
        ? { path: "none", namespace: "absent" }
        : undefined,
    );
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
  // Less to read at each start; names stay, for stack traces.
  minifyWhitespace: true,
  minifySyntax: true,
  plugins: [withoutDevtools, withoutSubprograms, commandGroups, directImports],
  // CommonJS packages inside an ES module still call require for Node's own modules.
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
};

const PROGRAM = { main: "src/cli/main.ts" };
const WORKERS = {
  "engine-worker": "src/cli/engine-worker.ts",
  "engine-process": "src/cli/engine-process.ts",
  "demo-world": "src/cli/demo/demo-world.ts",
};
const DISK_WORKER = { "disk-worker": "src/platform/disk-worker.ts" };

/** Each file appears whole: tests of several processes bundle at the same time. */
function writeWhole(file) {
  const temporary = `${file.path}.${process.pid}.tmp`;
  writeFileSync(temporary, file.contents);
  renameSync(temporary, file.path);
}

async function bundle(entries, options) {
  const result = await build({ ...COMMON, ...options, entryPoints: entries });
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
  const disk = await bundleDiskWorker();
  const workers = await bundle(WORKERS, { splitting: false });
  const program = await bundle(PROGRAM, { splitting: true, chunkNames: "chunk-[hash]" });
  chmodSync(join(OUT, "main.js"), 0o755);
  removeStaleChunks([...program, ...workers, ...disk]);
}

if (process.argv[1] !== undefined && fileURLToPath(import.meta.url) === process.argv[1]) await bundleAll();
