// A plugin for the bundler: the commands that one file of `src/cli/program` declares are loaded together. Each start pays
// about a millisecond for a file that it reads, and the more entries there are the smaller the pieces that they share;
// what a group has in common is nearly everything. In the sources each command is still loaded by its own name.
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";

const DECLARES = /[\\/]src[\\/]cli[\\/]program[\\/][a-z]+-commands\.ts$/;
const LOADED = /import\("(\.\.\/commands\/[a-z-]+\.ts)"\)/g;

/** @type {import("esbuild").Plugin} */
export const commandGroups = {
  name: "command-groups",
  setup(plugin) {
    plugin.onLoad({ filter: DECLARES, namespace: "file" }, async ({ path }) => {
      const code = await readFile(path, "utf8");
      return {
        contents: code.replace(LOADED, () => `import(${JSON.stringify(`group:${path}`)})`),
        loader: "ts",
      };
    });
    plugin.onResolve({ filter: /^group:/ }, ({ path }) => ({ path: path.slice(6), namespace: "group" }));
    plugin.onLoad({ filter: /.*/, namespace: "group" }, async ({ path }) => {
      const loaded = (await readFile(path, "utf8")).matchAll(LOADED);
      const files = new Set([...loaded].map(([, file]) => file));
      const contents = [...files].map((file) => `export * from "${file}";\n`).join("");
      return { contents, resolveDir: dirname(path), loader: "ts" };
    });
  },
};
