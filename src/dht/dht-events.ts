/** What a node tells its owner. Events are facts of the past, emitted when the node's state is consistent (Law 4). */
import type { AddressFamily, Endpoint } from "../core/endpoint.ts";
import type { NodeId } from "../core/ids.ts";

export type DhtEvent =
  /**
   * The table is empty, or has been small for five minutes: resolve the bootstrap names and call `bootstrap()`
   * (with nothing, where there are none). Repeated with growing pauses while it is empty; `attempt` counts from 1.
   */
  | { readonly kind: "bootstrap-needed"; readonly attempt: number }
  | { readonly kind: "bootstrap-answered"; readonly endpoint: Endpoint; readonly rttMs: number }
  /** No answer to any of the queries that `bootstrap()` sent there. */
  | { readonly kind: "bootstrap-silent"; readonly endpoint: Endpoint }
  /** The own neighbourhood is known: lookups end where they should. */
  | { readonly kind: "joined"; readonly family: AddressFamily; readonly contacts: number }
  /** No contact is left, or nobody has answered for long. */
  | { readonly kind: "lost"; readonly family: AddressFamily }
  /** Enough others agree on the address they see us at (`host` only; NATs change ports). */
  | { readonly kind: "external-address"; readonly family: AddressFamily; readonly host: string }
  /** The node took an id that fits its address (BEP 42), or one that the network's keys made. */
  | { readonly kind: "node-id-changed"; readonly family: AddressFamily; readonly nodeId: NodeId }
  /** Something an operator should know; `code` is stable. */
  | { readonly kind: "warning"; readonly code: string; readonly message: string };
