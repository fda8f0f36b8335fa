/**
 * Keeps HAVEs from stopping the engine. One read of a socket may hold 29,000 of them, which is 10 ms of work, and a hundred
 * peers that announce that fast are all readable at once: a second in which nobody is served. Who brought more in one
 * read than any download explains is not read from until its turn comes, one such peer a tick.
 */
import { PAUSED_BY_HAVES, type PeerConnection } from "../peer/peer-connection.ts";

/** HAVEs in one read that are answered with a pause: a millisecond of work, and more than a gigabit peer verifies in a second. */
const MANY_HAVES = 2_500;

export class HavePacing {
  /** In the order they were paused. */
  readonly #paused: PeerConnection[] = [];

  /** One read brought so many HAVEs from `peer`. */
  received(peer: PeerConnection, haves: number): void {
    if (haves < MANY_HAVES || peer.isClosed) return;
    peer.pause(PAUSED_BY_HAVES);
    this.#paused.push(peer);
  }

  /** Every 100 ms: lets the next peer go on. */
  tick(): void {
    let next = this.#paused.shift();
    while (next?.isClosed === true) next = this.#paused.shift();
    next?.resume(PAUSED_BY_HAVES);
  }
}
