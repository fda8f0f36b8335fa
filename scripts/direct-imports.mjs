// A plugin for the bundler: imports from a folder's `index.ts` become imports from the files that define the names.
// Splitting goes by files: whoever enters a folder through its index would load everything that anybody else takes from
// it, the whole engine for `starling status`. In the sources the index stays the only door (test/architecture.test.ts).
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";

const IMPORT = /^import \{([^}]*)\} from "([^"]*\/index\.ts)";/gm;
const RE_EXPORT = /export (?:type )?\{([^}]*)\} from "([^"]+)";/g;

const namesIn = (list) =>
  list
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");

/** Name -> the file that an index takes it from. */
const readExports = (index) => {
  const files = new Map();
  for (const [, list, specifier] of readFileSync(index, "utf8").matchAll(RE_EXPORT)) {
    for (const name of namesIn(list)) files.set(name.replace(/^type /, ""), join(dirname(index), specifier));
  }
  return files;
};

const known = new Map();
const exportsOf = (index) => {
  if (!known.has(index)) known.set(index, readExports(index));
  return known.get(index);
};

/** Types vanish with the import; a name that the index does not re-export stays with it. */
function directly(code, file) {
  return code.replace(IMPORT, (whole, list, specifier) => {
    const files = exportsOf(join(dirname(file), specifier));
    const values = namesIn(list).filter((name) => !name.startsWith("type "));
    if (!values.every((name) => files.has(name))) return whole;
    return values
      .map((name) => {
        const path = relative(dirname(file), files.get(name)).replaceAll("\\", "/");
        return `import { ${name} } from "${path.startsWith(".") ? path : `./${path}`}";`;
      })
      .join(" ");
  });
}

/** @type {import("esbuild").Plugin} */
export const directImports = {
  name: "direct-imports",
  setup(plugin) {
    plugin.onLoad({ filter: /[\\/]src[\\/].*\.tsx?$/, namespace: "file" }, async ({ path }) => ({
      contents: directly(await readFile(path, "utf8"), path),
      loader: path.endsWith("x") ? "tsx" : "ts",
    }));
  },
};
