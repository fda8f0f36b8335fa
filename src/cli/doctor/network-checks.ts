/** Checks of the network: addresses, the port, the DHT. */
import { networkInterfaces } from "node:os";
import { fromHex } from "../../core/bytes.ts";
import { toClientError } from "../../core/errors.ts";
import { nodeIdFrom } from "../../core/ids.ts";
import type { LookupResult } from "../../dht/index.ts";
import { cancelInTime, parseTimeout } from "../arguments/cancel-in-time.ts";
import type { NetworkOptions } from "../arguments/network-options.ts";
import { type OpenDhtNode, openDhtNode } from "../engine/open-dht-node.ts";
import { durationText } from "../output/quantity-text.ts";
import { broken, type Check, fine, warning } from "./check.ts";

/** `isRunning`: the port is held by the Starling that runs, which is as it should be. */
export async function networkChecks(
  network: NetworkOptions,
  timeout: string,
  isRunning: boolean,
): Promise<readonly Check[]> {
  const port = isRunning ? fine("port", "held by the Starling that runs") : await portCheck(network);
  return [addressCheck(), port, await dhtCheck(network, timeout)];
}

function addressCheck(): Check {
  const addresses = Object.entries(networkInterfaces()).flatMap(([name, list]) =>
    (list ?? []).filter(({ internal }) => !internal).map(({ address }) => `${name} ${address}`),
  );
  return addresses.length > 0
    ? fine("addresses", addresses.slice(0, 4).join(", "))
    : warning("addresses", "only this machine itself can be reached", "Connect to a network.");
}

async function portCheck(network: NetworkOptions): Promise<Check> {
  try {
    const open = await openDhtNode({ network: { ...network, bootstrap: [] }, ...ASKING_ONLY });
    await open.close();
    return fine("port", `UDP and TCP ${open.listening} are free`);
  } catch (error) {
    const { message, hint } = toClientError(error);
    return broken("port", message, hint ?? "Choose another one with --port.");
  }
}

const ASKING_ONLY = { defaultBootstrap: "public", limits: "on", readOnly: true } as const;

/** Looks for nodes near its own id, from a free port, as a start from nothing does. */
async function dhtCheck(network: NetworkOptions, timeout: string): Promise<Check> {
  if (network.bootstrap?.length === 0)
    return warning("DHT", "bootstrap is none", "--bootstrap names nodes to start from.");
  let open: OpenDhtNode | undefined;
  try {
    open = await openDhtNode({ network: { ...network, port: 0 }, ...ASKING_ONLY });
    return await neighbourhoodCheck(
      open,
      timeout,
      "Check that UDP is let through, or name nodes that run with --bootstrap HOST:PORT.",
    );
  } catch (error) {
    const { message, hint } = toClientError(error);
    return broken("DHT", message, hint ?? "Check the connection.");
  } finally {
    await open?.close();
  }
}

/** Whether nodes near our own id answer. */
export async function neighbourhoodCheck(open: OpenDhtNode, timeout: string, next: string): Promise<Check> {
  const result = await lookAround(open, timeout);
  const evidence = `asked ${result.asked} nodes, ${result.answered} answered in ${durationText(result.elapsedMs)}`;
  return result.answered > 0 ? fine("DHT", evidence) : broken("DHT", evidence, next);
}

function lookAround(open: OpenDhtNode, timeout: string): Promise<LookupResult> {
  const target = nodeIdFrom(fromHex(open.node.view().nodeId) ?? new Uint8Array(20));
  return new Promise((resolve) => {
    const lookup = open.node.findNode(target, {
      onEnd: (result) => {
        callOff();
        resolve(result);
      },
    });
    const callOff = cancelInTime(lookup, parseTimeout(timeout));
  });
}
