/**
 * The thread that an engine will run in. Commands that surely need one have it started first thing, so that it loads
 * its code while the command line is being read: a tenth of a second that a user would wait for.
 */
import { Worker } from "node:worker_threads";
import { bundledFile } from "./bundled-file.ts";

let prepared: Worker | undefined;

/** Starts a thread for the engine that is about to be asked for. */
export function prepareEngineThread(): void {
  prepared = newThread();
}

/** The prepared thread, or a new one; it waits for its settings as the first message. */
export function takeEngineThread(): Worker {
  const thread = prepared ?? newThread();
  prepared = undefined;
  thread.ref();
  return thread;
}

/** Ends the prepared thread: there is an engine already. */
export function dropEngineThread(): void {
  void prepared?.terminate();
  prepared = undefined;
}

/** Keeps no process alive before it is taken: a command may fail before it needs an engine. */
function newThread(): Worker {
  const thread = new Worker(bundledFile("engine-worker.js"));
  thread.unref();
  return thread;
}
