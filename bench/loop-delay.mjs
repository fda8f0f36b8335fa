// Preloaded into a client (NODE_OPTIONS=--import=…): how late each thread's event loop is, written when the thread ends and every
// second, as LOOP_DELAY_FOLDER/<thread>.json in milliseconds. Starling's engine is thread 1, a program of one thread is 0.
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { threadId } from "node:worker_threads";

/** The histogram's own timer: it counts how late that fires, so this much is taken off every figure. */
const RESOLUTION_MS = 5;
/** What loading and starting a program costs is not a stall of a transfer. */
const STARTING_MS = 1_500;

const folder = process.env.LOOP_DELAY_FOLDER;
if (folder !== undefined) {
  mkdirSync(folder, { recursive: true });
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  const late = (nanoseconds) => Math.max(0, Number((nanoseconds / 1e6 - RESOLUTION_MS).toFixed(1)));
  const write = () => {
    if (histogram.count === 0) return;
    const file = join(folder, `${threadId}.json`);
    const { count, max } = histogram;
    const figures = {
      count,
      p50: late(histogram.percentile(50)),
      p99: late(histogram.percentile(99)),
      max: late(max),
    };
    writeFileSync(`${file}.new`, JSON.stringify(figures));
    renameSync(`${file}.new`, file);
  };
  setTimeout(() => {
    histogram.enable();
    setInterval(write, 1_000).unref();
  }, STARTING_MS).unref();
  process.on("exit", write);
}
