/** Starts the other side of a demo in its thread. */
import { Worker } from "node:worker_threads";
import { ClientError } from "../../core/errors.ts";
import { bundledFile } from "../engine/bundled-file.ts";
import type { DemoWorldMessage, DemoWorldSettings } from "./demo-world.ts";

export interface DemoWorld {
  /** Address of the node that everybody starts from. */
  readonly bootstrap: string;
  close(): Promise<void>;
}

/** Resolves when all nodes and peers run and have checked what they share. */
export async function startDemoWorld(settings: DemoWorldSettings): Promise<DemoWorld> {
  const worker = new Worker(bundledFile("demo-world.js"), { workerData: settings });
  const message = await new Promise<DemoWorldMessage>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  if (message.kind === "failed")
    throw new ClientError("INTERNAL", `The demo's swarm did not start: ${message.message}`);
  return {
    bootstrap: message.bootstrap,
    close: async () => {
      const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
      worker.postMessage("stop");
      await ended;
    },
  };
}
