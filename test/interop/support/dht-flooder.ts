/**
 * A network namespace in which a whole network is the machine's own: a DHT node there has an address of the Internet,
 * and is asked from thousands of others. It has no way out.
 */
import { execFileSync } from "node:child_process";
import { JsonPeer } from "./json-peer.ts";
import type { Lab } from "./lab.ts";
import { PEER_SCRIPTS, PYTHON, requireInstalled } from "./prerequisites.ts";
import { Starling } from "./starling.ts";

const NETWORK = "45.32";
const NODE = `${NETWORK}.250.1`;
const PORT = 6_881;
const READY_TIMEOUT_MS = 20_000;

export interface Flood {
  /** Addresses that the flood comes from, and queries a second from all of them. */
  readonly floodFrom: number;
  readonly perSecond: number;
  /** Addresses that ask as honest nodes do, in turn, and their queries a second. */
  readonly askFrom: number;
  readonly askPerSecond: number;
  readonly seconds: number;
}

export interface FloodOutcome {
  readonly flooded: number;
  readonly floodAnswers: number;
  readonly asked: number;
  readonly askAnswers: number;
}

/** A node that serves in the profile `public`, limits on, and what floods it. */
export class FloodedNode {
  readonly #flooder: JsonPeer;

  static async open(lab: Lab): Promise<FloodedNode> {
    requireInstalled("starling", "network namespaces");
    const name = `starling-d${process.pid}`;
    const ip = (...args: readonly string[]): void => {
      execFileSync("ip", args, { stdio: "ignore" });
    };
    ip("netns", "add", name);
    lab.run({ stop: () => Promise.resolve(ip("netns", "del", name)) });
    ip("-n", name, "link", "set", "lo", "up");
    ip("-n", name, "route", "add", "local", `${NETWORK}.0.0/16`, "dev", "lo");
    const prefix = ["ip", "netns", "exec", name];
    // The namespace is the guard.
    await Starling.dhtServe(lab, {
      host: NODE,
      port: PORT,
      prefix,
      env: { STARLING_LOOPBACK_ONLY: undefined },
    });
    const command = [...prefix, PYTHON, `${PEER_SCRIPTS}/dht_flooder.py`];
    const flooder = lab.run(new JsonPeer({ name: "the flooder", command }));
    await flooder.waitForEvent("ready", READY_TIMEOUT_MS);
    return new FloodedNode(flooder);
  }

  private constructor(flooder: JsonPeer) {
    this.#flooder = flooder;
  }

  flood(how: Flood): Promise<FloodOutcome> {
    return this.#flooder.request("flood", { ...how, network: NETWORK, to: [NODE, PORT] });
  }
}
