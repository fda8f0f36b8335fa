/** The Node platform keeps the promises of the ports. */
import { createServer } from "node:net";
import { endpoint } from "../../src/core/endpoint.ts";
import { createNodePlatform, EgressGuard, NodeNetwork } from "../../src/platform/index.ts";
import { byteStreamContract } from "../contracts/byte-streams.ts";
import { datagramSocketContract } from "../contracts/datagram-sockets.ts";
import { torrentDiskContract } from "../contracts/torrent-disks.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/until.ts";

const guard = new EgressGuard({ isLoopbackOnly: true });

byteStreamContract("Node, TCP over IPv4", async () => {
  const network = await new NodeNetwork(guard).open({ host: "127.0.0.1", port: 0 });
  const [listener] = network.listeners;
  if (listener === undefined) throw new Error("nothing listens");
  return {
    dialer: network.dialer,
    dialsFrom: "127.0.0.1",
    listener,
    deserted: endpoint("127.0.0.1", await freePort()),
    until,
    close: () => network.close(),
  };
});

datagramSocketContract("Node, UDP over IPv4", async () => {
  const networks = await Promise.all(
    [0, 0].map((port) => new NodeNetwork(guard).openUdp({ host: "127.0.0.1", port })),
  );
  const [first, second] = networks.map((network) => network.udp4);
  if (first === undefined || second === undefined) throw new Error("nothing is bound");
  return {
    first,
    second,
    until,
    close: async () => {
      await Promise.all(networks.map((network) => network.close()));
    },
  };
});

for (const checkThreads of [1, 2]) {
  torrentDiskContract(`Node, ${checkThreads} threads check`, async () => {
    const folder = await temporaryFolder();
    const platform = await createNodePlatform({ checkThreads, arenaBytes: 8 * 2 ** 20 });
    return {
      disk: platform.disk,
      slabs: platform.slabs,
      folder: folder.path,
      read: folder.read,
      place: folder.place,
      until,
      close: async () => {
        await platform.close();
        await folder.remove();
      },
    };
  });
}

/** A port of loopback that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
