/**
 * The other side of the demo, in a thread of its own: bare DHT nodes, and peers that are whole Starling sessions.
 * Started by `start-demo-world.ts`; says what it listens on, and ends when it is told to.
 */
import { parentPort, workerData } from "node:worker_threads";
import { createNodePlatform } from "../../platform/index.ts";
import { openSession } from "../../session/index.ts";
import { openDhtNode } from "../engine/open-dht-node.ts";
import type { DemoPeerPlan } from "./demo-scenario.ts";

export interface DemoWorldSettings {
  /** Hosts of the bare DHT nodes; the first is the one that everybody starts from. */
  readonly nodeHosts: readonly string[];
  /** Hosts of the peers, in their order. */
  readonly peerHosts: readonly string[];
  readonly peers: readonly DemoPeerPlan[];
  /** What the peers share; unused where there are none. */
  readonly torrentFile: Uint8Array;
}

export type DemoWorldMessage =
  | { readonly kind: "ready"; readonly bootstrap: string }
  | { readonly kind: "failed"; readonly message: string };

const port = parentPort;
if (port === null) throw new Error("demo-world runs as a worker thread only");
const settings = workerData as DemoWorldSettings;

const closers: (() => Promise<void>)[] = [];

try {
  const bootstrap = await startNodes();
  await Promise.all(
    settings.peers.map((peer, i) => startPeer(peer, settings.peerHosts[i] as string, bootstrap)),
  );
  port.postMessage({ kind: "ready", bootstrap } satisfies DemoWorldMessage);
} catch (error) {
  port.postMessage({
    kind: "failed",
    message: error instanceof Error ? error.message : String(error),
  } satisfies DemoWorldMessage);
}

port.once("message", () => {
  void Promise.allSettled(closers.map((close) => close())).then(() => port.close());
});

/** Starts the first node, then the others from it; answers its address. */
async function startNodes(): Promise<string> {
  let bootstrap: readonly string[] = [];
  for (const host of settings.nodeHosts) {
    const open = await openDhtNode({
      network: {
        host,
        interface: undefined,
        port: 0,
        bootstrap,
        addressProfile: "loopback",
        localDiscovery: false,
      },
      defaultBootstrap: "none",
      limits: "on",
      readOnly: false,
    });
    closers.push(open.close);
    if (bootstrap.length === 0) bootstrap = [open.listening];
  }
  return bootstrap[0] as string;
}

/** Resolves when the peer has checked what it has. */
async function startPeer(peer: DemoPeerPlan, host: string, bootstrap: string): Promise<void> {
  const platform = await createNodePlatform();
  const session = await openSession(platform, {
    folder: peer.folder,
    host,
    port: 0,
    bootstrap: [bootstrap],
    uploadSlots: peer.uploadSlots ?? "auto",
    maxUpBytesPerSecond: peer.maxUpBytesPerSecond ?? null,
  });
  closers.push(async () => {
    await session.commands.shutdown();
    await platform.close();
  });
  await session.commands.add(
    { kind: "metainfo", bytes: settings.torrentFile },
    { folder: peer.folder, seedOnly: peer.isDownloading !== true },
  );
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (session.getSnapshot().torrents.every(({ phase }) => phase !== "checking")) resolve();
    };
    session.subscribe(look);
    look();
  });
}
