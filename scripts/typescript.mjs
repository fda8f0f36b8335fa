// Lets Node run the TypeScript of tests and benchmarks directly: `node --import ./scripts/typescript.mjs FILE.ts`.
// Types are removed file by file (esbuild); nothing is checked, `npm run check` does that.
import { register } from "node:module";

register("./typescript-hooks.mjs", import.meta.url);
