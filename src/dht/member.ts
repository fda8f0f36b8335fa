/**
 * One address family of a running node: its tables, who keeps them, and whether it works. A node is a member of
 * the IPv4 network, of the IPv6 network, or of both (BEP 32).
 *
 *   young --own neighbourhood found--> joined --nobody answers--> lost --somebody answers--> young
 */
import type { CompactNode } from "../core/compact.ts";
import type { NodeId } from "../core/ids.ts";
import type { Random } from "../core/ports.ts";
import type { DhtFamily } from "./dht-family.ts";
import { MAX_SAVED_CONTACTS, type SavedFamily } from "./dht-state.ts";
import type { Introducer } from "./introducer.ts";
import { idFitsAddress, nodeIdForAddress } from "./node-id-rules.ts";
import type { TableKeeper } from "./table-keeper.ts";

/** BEP 42 ids follow our address, but not every mood of those who report it (threats DH17). */
const LEAST_BETWEEN_IDS_MS = 10 * 60_000;

export class Member {
  readonly family: DhtFamily;
  readonly keeper: TableKeeper;
  /** Of a bootstrap node. */
  readonly introducer: Introducer | undefined;
  #state: "young" | "joined" | "lost" = "young";
  #lastNewIdMs = Number.NEGATIVE_INFINITY;

  constructor(family: DhtFamily, keeper: TableKeeper, introducer: Introducer | undefined) {
    this.family = family;
    this.keeper = keeper;
    this.introducer = introducer;
  }

  get state(): "young" | "joined" | "lost" {
    return this.#state;
  }

  /** Whether any contact answers, as far as we know. */
  get hasUsableContact(): boolean {
    for (const contact of this.family.table.contacts()) if (contact.failures === 0) return true;
    return false;
  }

  /** Puts saved contacts in reserve: they count as live when they have answered. Answers how many were taken. */
  restore(contacts: readonly CompactNode[], nowMs: number): number {
    let restored = 0;
    for (const { id, endpoint } of contacts) {
      if (this.family.table.heard(id, endpoint, nowMs, "saved")) restored++;
    }
    return restored;
  }

  /** Live contacts, good ones first, then those in reserve: a start without a network forgets nobody. */
  export(): SavedFamily {
    const { table } = this.family;
    const live = [...table.contacts()].sort(
      (a, b) => a.failures - b.failures || b.lastReplyMs - a.lastReplyMs,
    );
    const contacts = [...live, ...table.reserves()].slice(0, MAX_SAVED_CONTACTS);
    return { nodeId: table.localNodeId, contacts, introductions: this.introducer?.export() ?? [] };
  }

  /** Begins to look for its place, if it knows anybody. */
  join(): void {
    if (this.family.table.size > 0 || this.family.table.hasReserves) this.keeper.join();
  }

  /** Somebody answered: whoever was lost or knew nobody looks for its place. */
  replyCame(): void {
    if (this.family.table.size === 0) return;
    if (this.#state === "lost") {
      this.#state = "young";
      this.keeper.rejoin();
    } else if (this.keeper.phase === "empty") this.keeper.join();
  }

  /** The own neighbourhood is known; true when that is news. */
  becomeJoined(): boolean {
    if (this.#state === "joined") return false;
    this.#state = "joined";
    return true;
  }

  /** Nobody answers any more; true when that is news. */
  becomeLost(): boolean {
    if (this.#state !== "joined") return false;
    this.#state = "lost";
    if (this.family.table.size === 0) this.keeper.becomeEmpty();
    return true;
  }

  /** Takes `nodeId` for its own and looks for its place anew. */
  takeId(nodeId: NodeId, nowMs: number): void {
    this.family.table.rebase(nodeId, nowMs);
    this.keeper.rejoin();
  }

  /** Takes an id that fits the address which others report, unless ours does or is too young (BEP 42). */
  takeFittingId(random: Random, nowMs: number): NodeId | undefined {
    const { table, votes } = this.family;
    const { host } = votes;
    if (host === undefined || nowMs - this.#lastNewIdMs < LEAST_BETWEEN_IDS_MS) return undefined;
    if (idFitsAddress(table.localNodeId, { host })) return undefined;
    this.#lastNewIdMs = nowMs;
    const nodeId = nodeIdForAddress(host, random);
    this.takeId(nodeId, nowMs);
    return nodeId;
  }
}
