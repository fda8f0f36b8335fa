import { describe, expect, test } from "vitest";
import { endpoint, formatEndpoint } from "../../src/core/endpoint.ts";
import { infoHashFrom } from "../../src/core/ids.ts";
import { type DhtClient, openDht } from "../../src/dht/index.ts";
import { DhtWorld } from "./dht-world.ts";

/** Lets promises settle between instants of virtual time. */
const drain = () => new Promise<void>((resolve) => setImmediate(resolve));

function aClient(dht: DhtWorld, bootstrap: () => Promise<readonly ReturnType<typeof endpoint>[]>): DhtClient {
  const socket = dht.network.bind(endpoint(dht.newHost(), 6881));
  return openDht({
    clock: dht.world.clock,
    random: dht.world.random.fork("client"),
    config: { addressProfile: "public" },
    sockets: { v4: socket },
    resolveBootstrap: bootstrap,
  });
}

/** A settled network in which `label` is announced by three nodes. */
function aNetwork(): DhtWorld {
  const dht = new DhtWorld({ seed: "client" });
  const first = dht.add();
  dht.addMany(30, [first.endpoint], 100);
  for (const node of dht.nodes.slice(5, 8))
    node.node.announce(infoHashFrom(dht.infoHash("a")), { port: 5_000 });
  dht.world.runFor(30_000);
  return dht;
}

describe("the DHT client", { timeout: 60_000 }, () => {
  test("joins through the addresses it resolves and streams peers until the lookup ends", async () => {
    const dht = aNetwork();
    const client = aClient(dht, () => Promise.resolve([endpoint("20.0.0.1", 6881)]));
    const found: string[] = [];
    let isDone = false;
    const searching = (async () => {
      for await (const peer of client.lookup(infoHashFrom(dht.infoHash("a"))))
        found.push(formatEndpoint(peer));
      isDone = true;
    })();
    expect(await dht.world.runAsyncUntilTrue(() => isDone, 60_000, drain)).toBe(true);
    await searching;
    expect(found.sort()).toEqual(
      dht.nodes
        .slice(5, 8)
        .map((it) => `${it.endpoint.host}:5000`)
        .sort(),
    );
    const joining = client.joined();
    await dht.world.runAsyncUntilTrue(() => client.view().state === "joined", 10_000, drain);
    dht.world.runFor(100);
    await joining;
    client.close();
  });

  test("ends a search without an error when its signal aborts or its reader leaves", async () => {
    const dht = aNetwork();
    const client = aClient(dht, () => Promise.resolve([]));
    const controller = new AbortController();
    const search = client.lookup(infoHashFrom(dht.infoHash("b")), { signal: controller.signal });
    const next = search.next();
    controller.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    const aborted = client.lookup(infoHashFrom(dht.infoHash("b")), { signal: AbortSignal.abort() });
    expect(await aborted.next()).toEqual({ done: true, value: undefined });
    client.close();
  });

  test("goes on without bootstrap nodes when their names cannot be resolved", async () => {
    const dht = aNetwork();
    const client = aClient(dht, () => Promise.reject(new Error("no name server")));
    let isDone = false;
    const searching = (async () => {
      for await (const _peer of client.lookup(infoHashFrom(dht.infoHash("a")))) isDone = false;
      isDone = true;
    })();
    expect(await dht.world.runAsyncUntilTrue(() => isDone, 60_000, drain)).toBe(true);
    await searching;
    client.close();
  });

  test("answers a ping with the id of the node, and closes its sockets at the end", async () => {
    const dht = aNetwork();
    const client = aClient(dht, () => Promise.resolve([]));
    const pinged = client.ping(endpoint("20.0.0.1", 6881));
    await dht.world.runAsyncUntilTrue(() => false, 1_000, drain);
    expect(await pinged).toMatchObject({ ok: true });
    const local = endpoint("20.0.31.32", 6881);
    expect(dht.network.isBound(local)).toBe(true);
    await client[Symbol.asyncDispose]();
    expect(dht.network.isBound(local)).toBe(false);
  });
});
