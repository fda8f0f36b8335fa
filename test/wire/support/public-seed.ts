import { endpoint } from "../../../src/core/endpoint.ts";
import { StreamNetwork, UniformLinks, World } from "../../../src/sim/index.ts";
import { type Swarm, WireEngine, type WireEvent } from "../../../src/wire/index.ts";
import { allPieces, aTorrent } from "./a-torrent.ts";
import { CountingSlabs, MemoryStorage } from "./memory-storage.ts";
import { ScriptedPeer } from "./scripted-peer.ts";
import type { SwarmWorld } from "./swarm-world.ts";

export interface PublicSeed {
  readonly w: SwarmWorld;
  readonly engine: WireEngine;
  readonly swarm: Swarm;
  readonly events: readonly WireEvent[];
  /** Connects from `host` and says nothing. */
  readonly knock: (host: string) => ScriptedPeer;
  /** Connects from `host` and shakes hands. */
  readonly join: (host: string, idByte: number) => ScriptedPeer;
}

/** An engine that seeds at a public address, where parties are told apart by their host. */
export function publicSeed(): PublicSeed {
  const world = new World("public");
  const network = new StreamNetwork(world, new UniformLinks(world.random, { minRttMs: 20, maxRttMs: 20 }));
  const torrent = aTorrent();
  const slabs = new CountingSlabs();
  const events: WireEvent[] = [];
  const engine = new WireEngine({
    clock: world.clock,
    random: world.random.fork("us"),
    dialer: network.dialerFor("9.9.9.9"),
    slabs,
    addressProfile: "public",
    onEvent: (event) => events.push(event),
  });
  const storage = new MemoryStorage(torrent, world, slabs, true);
  const swarm = engine.addSwarm({ infoHash: torrent.infoHash, listenPort: 6_881, onEvent: () => {} });
  storage.swarm = swarm;
  swarm.setContent({
    pieceMap: torrent.map,
    rawInfo: torrent.rawInfo,
    have: allPieces(torrent),
    priorities: new Uint8Array(torrent.map.pieceCount).fill(4),
    storage,
  });
  swarm.start();
  const address = endpoint("9.9.9.9", 6_881);
  network.listen(address).onConnection = (stream) => engine.accept(stream);
  const w: SwarmWorld = {
    world,
    network,
    newHost: () => "",
    addPeer: () => {
      throw new Error("only scripted peers here");
    },
  };
  const us = { address };
  const knock = (host: string) => new ScriptedPeer(host).dial(w, us);
  const join = (host: string, idByte: number) =>
    new ScriptedPeer(host, { idByte }).greet(w, us, torrent.infoHash);
  return { w, engine, swarm, events, knock, join };
}
