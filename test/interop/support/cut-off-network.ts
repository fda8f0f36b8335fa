/** A network in a namespace of its own: one interface, `lan`, that speaks multicast and leads nowhere. For root. */
import { execFileSync } from "node:child_process";

export class CutOffNetwork {
  readonly #name: string;
  /** What a command line begins with that is to run inside. */
  readonly inside: readonly string[];

  /** Nothing is made yet. */
  constructor(label: string) {
    this.#name = `starling-${label}-${process.pid}`;
    this.inside = ["ip", "netns", "exec", this.#name];
  }

  up(): void {
    execIp("netns", "add", this.#name);
    this.ip("link", "set", "lo", "up");
    // A cable with both ends in the namespace: it is plugged in, and leads nowhere.
    this.ip("link", "add", "lan", "type", "veth", "peer", "name", "lan-end");
    this.ip("link", "set", "lan-end", "up");
    this.ip("link", "set", "lan", "up", "multicast", "on");
  }

  /** An address of IPv6 is of use at once, without a look for doubles. */
  addAddress(host: string, prefixBits: number): void {
    const options = host.includes(":") ? ["nodad"] : [];
    this.ip("addr", "add", `${host}/${prefixBits}`, "dev", "lan", ...options);
  }

  /** Runs `ip` inside. */
  ip(...args: readonly string[]): void {
    execIp("-n", this.#name, ...args);
  }

  down(): void {
    try {
      execIp("netns", "del", this.#name);
    } catch {
      // it was not there
    }
  }
}

function execIp(...args: readonly string[]): void {
  execFileSync("ip", args, { stdio: ["ignore", "ignore", "pipe"] });
}
