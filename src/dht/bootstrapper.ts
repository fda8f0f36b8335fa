/**
 * The way into a network for a node that knows nobody: asks the bootstrap nodes it was given, several times each,
 * since packets get lost, and tells what became of them. For as long as the table is empty its owner is asked for
 * addresses anew, with growing pauses: names may resolve to others by then. A small table asks now and then, too:
 * it may be one of two halves of a network. Bootstrap nodes are never given up.
 */
import { type AddressFamily, type Endpoint, formatEndpoint } from "../core/endpoint.ts";
import type { Clock } from "../core/ports.ts";
import type { DhtEvent } from "./dht-events.ts";
import type { KrpcMessage } from "./krpc-message.ts";
import type { Query, QueryOwner } from "./query-tracker.ts";
import type { TableKeeper } from "./table-keeper.ts";

/** Queries to a bootstrap node before it counts as silent; the next is sent when one stalls. */
const MAX_TRIES = 3;
/** Addresses remembered: names may resolve to many, and to others each time. */
const MAX_NODES = 64;
/** Pauses between requests for addresses while the table is empty: the first, doubled up to the second. */
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 5 * 60_000;
/** Time that saved contacts have to answer before bootstrap nodes are wanted. */
const SAVED_HEAD_START_MS = 1_500;
/** Pause between looks at a table that is well. */
const WELL_PAUSE_MS = 30_000;

export type TableCondition = "empty" | "small" | "well";

export interface BootstrapperParts {
  readonly clock: Clock;
  readonly keeperOf: (family: AddressFamily) => TableKeeper | undefined;
  readonly condition: () => TableCondition;
  readonly emit: (event: DhtEvent) => void;
}

class BootstrapNode {
  readonly endpoint: Endpoint;
  state: "untried" | "asked" | "answered" | "silent" = "untried";
  tries = 0;

  constructor(address: Endpoint) {
    this.endpoint = address;
  }
}

export class Bootstrapper implements QueryOwner {
  readonly #parts: BootstrapperParts;
  readonly #nodes = new Map<string, BootstrapNode>();
  #attempts = 0;
  #lastCondition: TableCondition = "well";
  #isWaitingForOwner = false;
  #timer: Disposable | undefined;

  constructor(parts: BootstrapperParts) {
    this.#parts = parts;
  }

  /** Whether a bootstrap node may answer yet, or its address may still come. */
  get isHopeful(): boolean {
    if (this.#isWaitingForOwner) return true;
    for (const node of this.#nodes.values()) if (node.state === "asked") return true;
    return false;
  }

  addressesOf(family: AddressFamily): Endpoint[] {
    return [...this.#nodes.values()]
      .map((node) => node.endpoint)
      .filter((address) => address.family === family);
  }

  /** Saved contacts come first: bootstrap nodes serve everybody. */
  start(known: readonly Endpoint[], hasSavedContacts: boolean): void {
    for (const address of known) this.#nodeFor(address);
    this.#lookAgainIn(hasSavedContacts ? SAVED_HEAD_START_MS : 0);
  }

  /** Remembers `endpoints` and asks each that is not being asked. */
  ask(endpoints: readonly Endpoint[]): void {
    this.#isWaitingForOwner = false;
    this.#askAll(endpoints);
  }

  /** The table got worse: looks at once. */
  lookAgain(): void {
    this.#lookAgainIn(0);
  }

  close(): void {
    this.#timer?.[Symbol.dispose]();
  }

  queryAnswered(query: Query, message: KrpcMessage, rttMs: number): void {
    if (!(query.subject instanceof BootstrapNode)) return;
    const isNews = query.subject.state !== "answered";
    query.subject.state = "answered";
    const keeper = this.#parts.keeperOf(query.to.family);
    keeper?.queryAnswered(query, message);
    keeper?.join();
    if (isNews) this.#parts.emit({ kind: "bootstrap-answered", endpoint: query.to, rttMs });
  }

  queryStalled(query: Query): void {
    const node = query.subject;
    if (!(node instanceof BootstrapNode) || node.state !== "asked") return;
    if (node.tries < MAX_TRIES) this.#ask(node);
    else this.#fallSilent(node);
  }

  queryFailed(query: Query): void {
    const node = query.subject;
    if (node instanceof BootstrapNode && node.state === "asked" && node.tries >= MAX_TRIES)
      this.#fallSilent(node);
    else if (node instanceof BootstrapNode && node.state === "asked" && !query.isStalled) this.#ask(node);
  }

  #askAll(endpoints: readonly Endpoint[]): void {
    for (const address of endpoints) {
      const node = this.#nodeFor(address);
      if (node === undefined || node.state === "asked") continue;
      node.tries = 0;
      this.#ask(node);
    }
  }

  #ask(node: BootstrapNode): void {
    node.tries++;
    const keeper = this.#parts.keeperOf(node.endpoint.family);
    node.state = "asked";
    if (keeper === undefined || !keeper.askForOurselves(node.endpoint, this, node)) this.#fallSilent(node);
  }

  #fallSilent(node: BootstrapNode): void {
    node.state = "silent";
    this.#parts.clock.setTimer(0, () => {
      if (node.state === "silent") this.#parts.emit({ kind: "bootstrap-silent", endpoint: node.endpoint });
    });
  }

  #nodeFor(address: Endpoint): BootstrapNode | undefined {
    const key = formatEndpoint(address);
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    if (address.port === 0) return undefined;
    if (this.#nodes.size >= MAX_NODES) {
      const silent = [...this.#nodes].find(([, node]) => node.state === "silent");
      if (silent === undefined) return undefined;
      this.#nodes.delete(silent[0]);
    }
    const node = new BootstrapNode(address);
    this.#nodes.set(key, node);
    return node;
  }

  #look(): void {
    const condition = this.#parts.condition();
    const isStillSmall = condition === "small" && this.#lastCondition === "small";
    this.#lastCondition = condition;
    this.#attempts = condition === "empty" ? this.#attempts + 1 : 0;
    this.#isWaitingForOwner = condition === "empty";
    this.#lookAgainIn(this.#pauseMs(condition));
    if (condition !== "empty" && !isStillSmall) return;
    this.#askAll([...this.#nodes.values()].map((node) => node.endpoint));
    this.#parts.emit({ kind: "bootstrap-needed", attempt: Math.max(1, this.#attempts) });
  }

  #pauseMs(condition: TableCondition): number {
    if (condition === "well") return WELL_PAUSE_MS;
    if (condition === "small") return LONGEST_PAUSE_MS;
    return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.#attempts - 1));
  }

  #lookAgainIn(delayMs: number): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.#parts.clock.setTimer(delayMs, () => this.#look());
  }
}
