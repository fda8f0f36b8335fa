/** The engine's thread, and the channel to whoever started it. */
import { parentPort } from "node:worker_threads";
import { ClientError, toClientError } from "../core/errors.ts";
import type { ChannelPort } from "../session/index.ts";
import type { EngineSettings } from "./engine/engine-settings.ts";
import { runEngine } from "./engine/run-engine.ts";
import type { EngineGreeting } from "./engine/start-engine.ts";

const port = parentPort;
if (port === null) throw new Error("engine-worker runs as a worker thread only");

/** The first message: the thread is started before the command line is understood, so that both load at once. */
const settings = await new Promise<EngineSettings>((resolve) => port.once("message", resolve));

try {
  const engine = await runEngine(settings);
  void engine.ended.finally(() => port.close());
  greet({ kind: "ready" });
  engine.admit(channel());
} catch (error) {
  const { code, message, hint } = toClientError(error);
  greet({ kind: "failed", code, message, hint });
  if (!(error instanceof ClientError)) throw error;
}

function greet(greeting: EngineGreeting): void {
  port?.postMessage(greeting);
}

function channel(): ChannelPort {
  const own: ChannelPort = {
    postMessage: (message) => {
      port?.postMessage(message);
      return 0;
    },
    onMessage: () => {},
    onClose: () => {},
    close: () => {},
  };
  port?.on("message", (message: unknown) => own.onMessage(message));
  port?.on("close", () => own.onClose());
  return own;
}
