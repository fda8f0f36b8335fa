/**
 * The nodes of a simulated DHT: they join through others, leave without a word, and are replaced. Each is the node
 * that ships, on a socket of the simulated network, with a clock and a source of randomness of its own.
 */
import { type Endpoint, endpoint } from "../core/endpoint.ts";
import type { NodeId } from "../core/ids.ts";
import type { DatagramSocket } from "../core/ports.ts";
import { type DhtEvent, DhtNode } from "../dht/index.ts";
import type { DhtScenario } from "./dht-scenario.ts";
import { LyingSocket } from "./lying-socket.ts";
import type { NatKind } from "./nat.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { DatagramNetwork } from "./virtual-udp.ts";
import type { World } from "./world.ts";

const PORT = 6_881;
/** Nodes that a newcomer is told of, as a bootstrap server would. */
const NAMED_TO_NEWCOMERS = 3;

export class SimulatedNode {
  readonly node: DhtNode;
  readonly endpoint: Endpoint;
  readonly nat: NatKind;
  readonly isReadOnly: boolean;
  /** When it had found its place; undefined before. */
  joinedAtMs: number | undefined;
  diedAtMs: number | undefined;
  readonly #socket: DatagramSocket;

  constructor(node: DhtNode, socket: DatagramSocket, nat: NatKind, isReadOnly: boolean) {
    this.isReadOnly = isReadOnly;
    this.node = node;
    this.#socket = socket;
    this.endpoint = socket.local;
    this.nat = nat;
  }

  get id(): NodeId {
    return this.node.nodeIdOf(4) as NodeId;
  }

  /** Whether strangers can reach it: then it belongs among the closest to what is near it. */
  get isReachable(): boolean {
    return !this.isReadOnly && (this.nat === "none" || this.nat === "full-cone");
  }

  die(nowMs: number): void {
    this.diedAtMs = nowMs;
    this.node.close();
    this.#socket.close();
  }
}

export class DhtPopulation {
  readonly #scenario: DhtScenario;
  readonly #world: World;
  readonly #network: DatagramNetwork;
  readonly #random: SeededRandom;
  /** Those alive; the first one never dies. */
  readonly alive: SimulatedNode[] = [];
  /** Where the liars are. */
  readonly #liars: Endpoint[] = [];
  #hosts = 0;

  constructor(scenario: DhtScenario, world: World, network: DatagramNetwork) {
    this.#scenario = scenario;
    this.#world = world;
    this.#network = network;
    this.#random = world.random.fork("population");
  }

  /** All nodes appear, evenly spread over `withinMs`. */
  grow(withinMs: number): void {
    const pauseMs = withinMs / this.#scenario.nodes;
    for (let i = 0; i < this.#scenario.nodes; i++) this.#world.after(i * pauseMs, () => this.#add());
  }

  /** From now on nodes leave and others come, at the pace of the scenario, until `endMs`. */
  churn(endMs: number): void {
    const { churn, nodes } = this.#scenario;
    if (churn === null || churn.ratio === 0) return;
    const meanPauseMs = churn.perMs / (nodes * churn.ratio);
    const next = (): void => {
      this.#world.after(-meanPauseMs * Math.log(1 - this.#random.float()), () => {
        if (this.#world.nowMs >= endMs) return;
        this.#kill(1 + this.#random.integer(this.alive.length - 1));
        this.#add();
        next();
      });
    };
    next();
  }

  /** `deadRatio` of the nodes vanish now. */
  decimate(): void {
    const doomed = Math.floor(this.#scenario.deadRatio * (this.alive.length - 1));
    for (let i = 0; i < doomed; i++) this.#kill(1 + this.#random.integer(this.alive.length - 1));
  }

  anybody(random: SeededRandom): SimulatedNode {
    return this.alive[random.integer(this.alive.length)] as SimulatedNode;
  }

  #kill(index: number): void {
    const dying = this.alive[index] as SimulatedNode;
    const last = this.alive.pop() as SimulatedNode;
    if (last !== dying) this.alive[index] = last;
    dying.die(this.#world.nowMs);
  }

  #add(): void {
    const scenario = this.#scenario;
    const world = this.#world;
    const isFirst = this.#hosts === 0;
    const random = world.random.fork(`node ${this.#hosts}`);
    const nat = isFirst ? "none" : this.#drawNat();
    const isLiar = !isFirst && this.#random.float() < scenario.liarRatio;
    const isReadOnly =
      !isFirst && scenario.readOnlyRatio > 0 && this.#random.float() < scenario.readOnlyRatio;
    const bound = this.#network.bind(this.#newHost(), nat);
    const socket = isLiar ? new LyingSocket(bound, this.#liars, random.fork("lies")) : bound;
    const known = Array.from({ length: Math.min(NAMED_TO_NEWCOMERS, this.alive.length) }, (_, i) =>
      i === 0 ? (this.alive[0] as SimulatedNode).endpoint : this.anybody(this.#random).endpoint,
    );
    const node = new DhtNode({
      clock: world.clock,
      random,
      config: { addressProfile: "public", limits: "off", readOnly: isReadOnly, tuning: scenario.tuning },
      sockets: { v4: socket },
      onEvent: (event) => this.#handle(added, event, known),
    });
    const added = new SimulatedNode(node, socket, nat, isReadOnly);
    socket.onDatagram = (payload, from) => node.handleDatagram(payload, from);
    node.start();
    if (isLiar) this.#liars.push(bound.local);
    this.alive.push(added);
  }

  #handle(of: SimulatedNode, event: DhtEvent, known: readonly Endpoint[]): void {
    if (event.kind === "joined") of.joinedAtMs ??= this.#world.nowMs;
    if (event.kind === "bootstrap-needed") this.#world.after(0, () => of.node.bootstrap(known));
  }

  #drawNat(): NatKind {
    let left = this.#random.float();
    for (const kind of ["full-cone", "address-restricted", "port-restricted", "symmetric"] as const) {
      left -= this.#scenario.nat[kind];
      if (left < 0) return kind;
    }
    return "none";
  }

  /** A public address in a /24 of its own. */
  #newHost(): Endpoint {
    const index = this.#hosts++;
    return endpoint(`${20 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}.${1 + (index % 250)}`, PORT);
  }
}
