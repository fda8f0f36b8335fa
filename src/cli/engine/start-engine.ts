/** Starts the engine in a worker thread and connects to it as one of its viewers. */
import type { Worker } from "node:worker_threads";
import { ClientError, type ErrorCode } from "../../core/errors.ts";
import { type ChannelPort, connectEngine, type SessionView } from "../../session/index.ts";
import type { EngineSettings } from "./engine-settings.ts";
import { takeEngineThread } from "./engine-thread.ts";

export interface RunningEngine {
  readonly view: SessionView;
  /** Announces, saves and ends the thread; resolves when it is gone. Closing twice is a no-op. */
  close(): Promise<void>;
  /** Resolves when the engine ended by itself, with the reason. */
  readonly failed: Promise<ClientError>;
}

/** First message of the worker: it listens, or it says why it cannot. */
export type EngineGreeting =
  | { readonly kind: "ready" }
  | {
      readonly kind: "failed";
      readonly code: ErrorCode;
      readonly message: string;
      readonly hint?: string | undefined;
    };

/** How long a stopping engine may take before its thread is ended (SIGTERM must end us within 5 s). */
const SHUTDOWN_LIMIT_MS = 4_000;

/** Rejects with the engine's own `ClientError` (`PORT_IN_USE`, `PATH_NOT_WRITABLE`, …) when it cannot start. */
export async function startEngine(settings: EngineSettings): Promise<RunningEngine> {
  const worker = takeEngineThread();
  worker.postMessage(settings);
  await greeting(worker);
  const view = await connectEngine(workerPort(worker));
  let isClosing: Promise<void> | undefined;
  const failed = new Promise<ClientError>((resolve) => {
    view.onClosed = resolve;
    worker.on("error", (error) => resolve(new ClientError("INTERNAL", error.message, { cause: error })));
  });
  return {
    view,
    failed,
    close: () => {
      isClosing ??= stop(worker, view);
      return isClosing;
    },
  };
}

function greeting(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once("error", (error) => reject(new ClientError("INTERNAL", error.message, { cause: error })));
    worker.once("message", (message: EngineGreeting) => {
      if (message.kind === "ready") resolve();
      else reject(greetingError(message));
    });
  });
}

/** Why the engine could not start. */
export function greetingError(greeting: EngineGreeting & { readonly kind: "failed" }): ClientError {
  const { code, message, hint } = greeting;
  return new ClientError(code, message, hint === undefined ? {} : { hint });
}

/** Buffers what arrives before the client listens. */
function workerPort(worker: Worker): ChannelPort {
  const port: ChannelPort = {
    postMessage: (message) => {
      worker.postMessage(message);
      return 0;
    },
    onMessage: () => {},
    onClose: () => {},
    close: () => {},
  };
  worker.on("message", (message) => port.onMessage(message));
  worker.on("exit", () => port.onClose());
  return port;
}

async function stop(worker: Worker, view: SessionView): Promise<void> {
  const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  view.commands.shutdown().catch(() => {});
  const limit = setTimeout(() => void worker.terminate(), SHUTDOWN_LIMIT_MS);
  await ended;
  clearTimeout(limit);
}
