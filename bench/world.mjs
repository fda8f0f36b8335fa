// Time to first peer, metadata, first piece and file in the little internet, Starling beside libtorrent.
//   node bench/world.mjs [--runs 20] [--clients starling,libtorrent]      (root; bench/world.md explains)
import "../scripts/typescript.mjs";

const { measureWorld } = await import("../test/world/measure.ts");
await measureWorld(process.argv.slice(2));
