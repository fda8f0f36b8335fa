/**
 * Two network namespaces joined by one slow cable, and nothing else: the world (many public-looking addresses) and
 * the visitor (one). Neither has a way out.
 *
 * Each side's default route leads down the cable. The other side takes what is for an address of its own; it forwards
 * nothing, so that every other packet vanishes there without an answer, as packets to absent hosts do on the
 * internet: connections time out, they are not refused.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { JsonPeer } from "../interop/support/json-peer.ts";
import { PYTHON } from "../interop/support/prerequisites.ts";

const CABLE = "cable";
const OURS = /^starling-[wv](\d+)$/;
const START_TIMEOUT_MS = 10_000;

/** What the cable saw of the visitor, in Unix milliseconds; what has not happened is missing. */
export interface Sightings {
  readonly firstDatagramSent?: number;
  readonly firstDatagramReceived?: number;
  readonly firstDialSent?: number;
  readonly firstAcceptReceived?: number;
  readonly firstTcpPayloadReceived?: number;
  readonly datagramsSent?: number;
  readonly dialsSent?: number;
  readonly bytesReceived?: number;
}

export class Namespaces {
  readonly world = `starling-w${process.pid}`;
  readonly visitor = `starling-v${process.pid}`;

  readonly #cable: JsonPeer;

  /** Needs root. Removes what a killed run has left behind. */
  static async open(nameServer: string): Promise<Namespaces> {
    for (const name of leftBehind()) remove(name);
    const namespaces = new Namespaces(nameServer);
    try {
      await namespaces.#cable.waitForEvent("ready", START_TIMEOUT_MS);
      for (const name of ["world", "visitor"] as const) namespaces.#make(name, nameServer);
      return namespaces;
    } catch (error) {
      await namespaces.close();
      throw error;
    }
  }

  private constructor(nameServer: string) {
    const ends = { world: endOf(this.world), visitor: endOf(this.visitor), near: [nameServer] };
    const script = join(import.meta.dirname, "slow_cable.py");
    this.#cable = new JsonPeer({ name: "the cable", command: [PYTHON, script, JSON.stringify(ends)] });
  }

  #make(side: "world" | "visitor", nameServer: string): void {
    const name = this[side];
    ip("netns", "add", name);
    mkdirSync(`/etc/netns/${name}`, { recursive: true });
    writeFileSync(
      `/etc/netns/${name}/resolv.conf`,
      `nameserver ${nameServer}\noptions timeout:2 attempts:2\n`,
    );
    ip("link", "set", endOf(name), "netns", name, "name", CABLE);
    inside(name, "sysctl", "-qw", `net.ipv6.conf.${CABLE}.disable_ipv6=1`, "net.ipv4.ip_forward=0");
    for (const link of ["lo", CABLE]) ip("-n", name, "link", "set", link, "up");
  }

  /** Gives the world more addresses. */
  addToWorld(addresses: readonly string[]): void {
    batch(
      this.world,
      addresses.map((address) => `addr add ${address}/32 dev ${CABLE}`),
    );
    routeOut(this.world);
  }

  /** Takes addresses away: whoever sends to them hears nothing more. */
  removeFromWorld(addresses: readonly string[]): void {
    batch(
      this.world,
      addresses.map((address) => `addr del ${address}/32 dev ${CABLE}`),
    );
    routeOut(this.world);
  }

  /** Moves the visitor to an address, and begins to watch what it sends and receives there. */
  async moveVisitor(address: string): Promise<void> {
    this.unplugVisitor();
    batch(this.visitor, [`addr add ${address}/32 dev ${CABLE}`]);
    routeOut(this.visitor);
    await this.#cable.request("watch");
  }

  /** Takes the visitor's address away: it is without a network until it is moved somewhere. */
  unplugVisitor(): void {
    ip("-n", this.visitor, "addr", "flush", "dev", CABLE);
  }

  /** What the visitor has sent and received first since it moved. */
  async sightings(): Promise<Sightings> {
    return this.#cable.request<Sightings>("seen");
  }

  /** The command line in front of a program that is to run in a namespace; the program keeps its process id. */
  enter(name: "world" | "visitor"): readonly string[] {
    return ["ip", "netns", "exec", this[name]];
  }

  /** Names of the network interfaces in a namespace, in order. */
  interfaces(name: "world" | "visitor"): readonly string[] {
    const links = JSON.parse(ip("-j", "-n", this[name], "link", "show")) as { ifname: string }[];
    return links.map((link) => link.ifname).sort();
  }

  async close(): Promise<void> {
    for (const name of [this.world, this.visitor]) remove(name);
    await this.#cable.stop();
  }
}

function ip(...args: readonly string[]): string {
  return execFileSync("ip", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

function batch(name: string, lines: readonly string[]): void {
  execFileSync("ip", ["-n", name, "-batch", "-"], { input: `${lines.join("\n")}\n` });
}

function inside(name: string, ...command: readonly string[]): void {
  execFileSync("ip", ["netns", "exec", name, ...command], { stdio: "ignore" });
}

function routeOut(name: string): void {
  ip("-n", name, "route", "replace", "default", "dev", CABLE);
}

/** Name of a namespace's end of the cable before it is moved there; at most 15 characters. */
const endOf = (name: string): string => name.replace("starling-", "swarm-");

/** Namespaces of runs whose process is gone. */
function leftBehind(): readonly string[] {
  const all = JSON.parse(ip("-j", "netns", "list") || "[]") as { name: string }[];
  return all.map((namespace) => namespace.name).filter((name) => isStale(OURS.exec(name)?.[1]));
}

function isStale(pid: string | undefined): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

function remove(name: string): void {
  rmSync(`/etc/netns/${name}`, { recursive: true, force: true });
  try {
    ip("netns", "del", name);
  } catch {
    // it was not there
  }
}
