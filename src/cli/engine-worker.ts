/** The engine's thread: the Node platform, one session, and the channel to whoever started us. */
import { parentPort } from "node:worker_threads";
import { ClientError, toClientError } from "../core/errors.ts";
import { createNodePlatform } from "../platform/index.ts";
import { type ChannelPort, EngineHost, openSession, type SessionOptions } from "../session/index.ts";
import type { EngineSettings } from "./engine/engine-settings.ts";
import type { EngineGreeting } from "./engine/start-engine.ts";

const port = parentPort;
if (port === null) throw new Error("engine-worker runs as a worker thread only");

/** The first message: the thread is started before the command line is understood, so that both load at once. */
const settings = await new Promise<EngineSettings>((resolve) => port.once("message", resolve));

try {
  const platform = await createNodePlatform({
    ...(settings.state === "none" ? {} : { stateFolder: settings.stateFolder }),
    isStateShared: settings.state === "shared",
  });
  const session = await openSession(platform, sessionOptions(settings)).catch(async (error: unknown) => {
    await platform.close();
    throw error;
  });
  session.closed.then(
    async () => {
      await platform.close();
      port.close();
    },
    () => port.close(),
  );
  greet({ kind: "ready" });
  new EngineHost(session, channel());
} catch (error) {
  const { code, message, hint } = toClientError(error);
  greet({ kind: "failed", code, message, hint });
  if (!(error instanceof ClientError)) throw error;
}

function greet(greeting: EngineGreeting): void {
  port?.postMessage(greeting);
}

function sessionOptions(from: EngineSettings): SessionOptions {
  const { host, bootstrap, addressProfile, maxDownBytesPerSecond, maxUpBytesPerSecond } = from;
  return {
    folder: from.defaultFolder,
    port: from.port,
    host,
    bootstrap: bootstrap === undefined ? "default" : bootstrap.length === 0 ? "none" : bootstrap,
    addressProfile,
    expectedPeers: from.peers,
    maxDownBytesPerSecond,
    maxUpBytesPerSecond,
    remember: from.state === "own",
    isStateShared: from.state === "shared",
  };
}

function channel(): ChannelPort {
  const own: ChannelPort = {
    postMessage: (message) => port?.postMessage(message),
    onMessage: () => {},
    onClose: () => {},
    close: () => {},
  };
  port?.on("message", (message: unknown) => own.onMessage(message));
  port?.on("close", () => own.onClose());
  return own;
}
