// Kills a download at random moments and watches it resume.
//   node bench/kill9.mjs [--kills 20] [--mib 256] [--rate-mib 16] [--seed 1]      (bench/kill9.md explains)
import "../scripts/typescript.mjs";

const { measureKills } = await import("../test/interop/kill9/measure.ts");
await measureKills(process.argv.slice(2));
