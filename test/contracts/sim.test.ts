/** The simulated network keeps the promises of the ports. */
import { endpoint } from "../../src/core/endpoint.ts";
import { DatagramNetwork, newHostMemory, StreamNetwork, UniformLinks, World } from "../../src/sim/index.ts";
import { byteStreamContract } from "./byte-streams.ts";
import { datagramSocketContract } from "./datagram-sockets.ts";
import { torrentDiskContract } from "./torrent-disks.ts";

const HERE = endpoint("10.0.0.1", 1000);
const THERE = endpoint("10.0.0.2", 2000);
/** Virtual milliseconds between two looks at the world. */
const STEP_MS = 5;
const MAX_STEPS = 20_000;

function untilIn(world: World): (isTrue: () => boolean, what?: string) => Promise<void> {
  return async (isTrue, what = "the awaited event") => {
    for (let step = 0; !isTrue(); step++) {
      if (step > MAX_STEPS)
        throw new Error(`${what} did not happen within ${MAX_STEPS * STEP_MS} virtual ms`);
      world.runFor(STEP_MS);
      await Promise.resolve();
    }
  };
}

byteStreamContract("simulated", async () => {
  const world = new World(7);
  const network = new StreamNetwork(world, new UniformLinks(world.random, { minRttMs: 20, maxRttMs: 20 }));
  return {
    dialer: network.dialerFor(HERE.host),
    dialsFrom: HERE.host,
    listener: network.listen(THERE),
    deserted: endpoint(THERE.host, 9),
    until: untilIn(world),
    close: () => Promise.resolve(),
  };
});

datagramSocketContract("simulated", async () => {
  const world = new World(7);
  const network = new DatagramNetwork(world, new UniformLinks(world.random, { minRttMs: 20, maxRttMs: 20 }));
  return {
    first: network.bind(HERE),
    second: network.bind(THERE),
    until: untilIn(world),
    close: () => Promise.resolve(),
  };
});

torrentDiskContract("simulated", async () => {
  const world = new World(7);
  const { disk } = newHostMemory(world);
  const folder = "/data";
  return {
    disk,
    slabs: disk.slabs,
    folder,
    read: async (path) => disk.read(`${folder}/${path}`),
    place: async (path, bytes) => disk.place(`${folder}/${path}`, bytes),
    until: untilIn(world),
    close: () => Promise.resolve(),
  };
});
