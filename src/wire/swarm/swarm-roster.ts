/** The connections of one swarm: those that stand, each with a slot number, and those that are on their way. */
import { equalBytes } from "../../core/bytes.ts";
import type { PeerConnection } from "../peer/peer-connection.ts";
import { MAX_PEER_SLOTS } from "./piece-picker.ts";

export class SwarmRoster {
  /** By slot; holes are undefined. */
  readonly #slots: (PeerConnection | undefined)[] = [];
  readonly #freeSlots: number[] = [];
  /** Handshake complete; in no particular order. Loops run from the end: leaving swaps the last one in. */
  readonly connected: PeerConnection[] = [];
  /** Dialled or handshaking. */
  readonly pending: Set<PeerConnection> = new Set();
  /** Grows when a connection stands or ends, or says where it listens: whoever keeps a list of them looks again. */
  version = 0;

  get count(): number {
    return this.connected.length + this.pending.size;
  }

  at(slot: number): PeerConnection | undefined {
    return this.#slots[slot];
  }

  /** Gives the peer a slot; false when all are taken. */
  join(peer: PeerConnection): boolean {
    const slot = this.#freeSlots.pop() ?? this.#slots.length;
    if (slot >= MAX_PEER_SLOTS) return false;
    this.pending.delete(peer);
    this.#slots[slot] = peer;
    peer.slot = slot;
    this.connected.push(peer);
    this.version++;
    return true;
  }

  /** Takes the peer out and frees its slot; fine for one that never joined. */
  leave(peer: PeerConnection): void {
    this.pending.delete(peer);
    if (peer.slot < 0) return;
    this.#slots[peer.slot] = undefined;
    this.#freeSlots.push(peer.slot);
    peer.slot = -1;
    this.version++;
    const last = this.connected.pop() as PeerConnection;
    const position = this.connected.indexOf(peer);
    if (last !== peer) this.connected[position] = last;
  }

  /** The connected peer with this id, other than `than`. */
  otherWithId(than: PeerConnection): PeerConnection | undefined {
    return this.connected.find((peer) => peer !== than && equalBytes(peer.peerId, than.peerId));
  }
}
