/**
 * The engine itself, in whatever thread or process it is to live: the Node platform, one session over it, and the
 * viewers who come in through the socket.
 */
import {
  createNodePlatform,
  type EngineSocket,
  listenForViewers,
  type NodePlatform,
} from "../../platform/index.ts";
import {
  type ChannelPort,
  openSession,
  type Session,
  type SessionOptions,
  Viewers,
} from "../../session/index.ts";
import { watchKeys } from "../network/watch-keys.ts";
import { type EngineRecording, openEngineRecording } from "./engine-recording.ts";
import type { EngineSettings } from "./engine-settings.ts";

export interface Engine {
  readonly session: Session;
  /** Serves one more viewer, in this process. */
  admit(port: ChannelPort): void;
  /** Resolves when the session has shut down and everything is closed. */
  readonly ended: Promise<void>;
}

/** Rejects with the `ClientError` that says why there can be no engine: `PORT_IN_USE`, `STATE_LOCKED`, … */
export async function runEngine(settings: EngineSettings): Promise<Engine> {
  const platform = await createNodePlatform({
    ...(settings.state === "none" ? {} : { stateFolder: settings.stateFolder }),
    isStateShared: settings.state === "shared",
  });
  let recording: EngineRecording | undefined;
  try {
    let opened: Session | undefined;
    if (settings.recording !== undefined)
      recording = await openEngineRecording(settings.recording, (line) => opened?.log(line));
    const session = await openSession(platform, {
      ...sessionOptions(settings),
      recording: recording?.options,
    });
    opened = session;
    const life = settings.service?.life ?? "dashboard";
    const identity = { pid: process.pid, life, startedAtUnixMs: platform.unixMs() };
    const viewers = new Viewers(session, identity, platform.clock);
    const socket = await openSocket(settings, session, viewers);
    const keys = watchKeys(settings.privateNetwork, (taken) => session.takeNetworkKeys(taken));
    return {
      session,
      admit: (port) => viewers.admit(port),
      ended: session.closed.then(() => {
        keys?.[Symbol.dispose]();
        return close(platform, socket, recording);
      }),
    };
  } catch (error) {
    await recording?.close();
    await platform.close();
    throw error;
  }
}

/** An engine that is alone with its state answers others; without a socket it would be of no use in the background. */
async function openSocket(
  settings: EngineSettings,
  session: Session,
  viewers: Viewers,
): Promise<EngineSocket | undefined> {
  if (settings.service === undefined) return undefined;
  try {
    return await listenForViewers(settings.service.socketPath, (port) => viewers.admit(port));
  } catch (error) {
    await session.close();
    throw error;
  }
}

async function close(
  platform: NodePlatform,
  socket: EngineSocket | undefined,
  recording: EngineRecording | undefined,
): Promise<void> {
  await recording?.close();
  await socket?.close();
  await platform.close();
}

function sessionOptions(from: EngineSettings): SessionOptions {
  const { host, bootstrap, addressProfile, maxDownBytesPerSecond, maxUpBytesPerSecond } = from;
  return {
    folder: from.defaultFolder,
    port: from.port,
    host,
    interface: from.interface,
    bootstrap: bootstrap === undefined ? "default" : bootstrap.length === 0 ? "none" : bootstrap,
    addressProfile,
    privateNetwork: from.privateNetwork,
    localDiscovery: from.localDiscovery,
    transport: from.transport,
    portMapping: from.portMapping,
    isLanExempt: from.isLanExempt,
    encryption: from.encryption,
    expectedPeers: from.peers,
    // No option says nothing: then what the session was told before counts.
    maxDownBytesPerSecond: maxDownBytesPerSecond ?? undefined,
    maxUpBytesPerSecond: maxUpBytesPerSecond ?? undefined,
    remember: from.state === "own",
    isStateShared: from.state === "shared",
  };
}
