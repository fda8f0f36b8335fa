/** The once-a-second look at every connection: is it alive, does it move, is it of any use (threats W2, W4). */
import type { PeerConnection } from "../peer/peer-connection.ts";
import type { SwarmContext } from "./swarm-context.ts";

export class SwarmHealth {
  readonly #swarm: SwarmContext;

  constructor(swarm: SwarmContext) {
    this.#swarm = swarm;
  }

  /** Closes the peer where it must go; sends a keep-alive where nothing else was sent. */
  second(peer: PeerConnection): void {
    const { config, turns } = this.#swarm.shared;
    const { nowMs } = turns;
    peer.stateChangesThisSecond = 0;
    if (peer.isPausedByLimit) peer.lastReceivedMs = nowMs; // silence of our own making
    if (nowMs - peer.lastReceivedMs >= config.idleTimeoutMs) peer.close("idle");
    else if (this.#isStalled(peer, nowMs)) peer.close("stalled-message");
    else if (this.#takesNothing(peer, nowMs)) peer.close("not-reading");
    else if (this.isRedundant(peer)) peer.close("useless");
    else if (this.#isUnwanted(peer, nowMs)) peer.close("useless", "nobody was interested for long");
    else if (nowMs - peer.lastSentMs >= config.keepAliveMs) peer.outbox.keepAlive();
  }

  /** One message takes longer than any honest peer needs for it (WI08). */
  #isStalled(peer: PeerConnection, nowMs: number): boolean {
    const isSame = peer.isMidMessage && peer.messages === peer.stalledMessages && !peer.isReadingPaused;
    if (!isSame) {
      peer.stalledMessages = peer.isMidMessage ? peer.messages : -1;
      peer.stalledSinceMs = nowMs;
      return false;
    }
    return nowMs - peer.stalledSinceMs >= this.#swarm.shared.config.messageTimeoutMs;
  }

  /** Bytes wait in its stream and none of them has left for long (WI13). */
  #takesNothing(peer: PeerConnection, nowMs: number): boolean {
    const taken = peer.outbox.writtenBytes - peer.queuedBytes;
    if (peer.queuedBytes === 0 || taken !== peer.takenBytes) {
      peer.takenBytes = taken;
      peer.takenAtMs = nowMs;
      return false;
    }
    return nowMs - peer.takenAtMs >= this.#swarm.shared.config.sendTimeoutMs;
  }

  /** Neither side can give the other anything: two seeds, two peers that only upload (BEP 21). Who watches stays. */
  isRedundant(peer: PeerConnection): boolean {
    const picker = this.#swarm.content?.picker;
    if (picker?.isComplete !== true || picker.isWatching) return false;
    return peer.isUploadOnly || (peer.slot >= 0 && picker.isSeed(peer.slot));
  }

  #isUnwanted(peer: PeerConnection, nowMs: number): boolean {
    if (peer.isInterestedInPeer || peer.isPeerInterested || this.#swarm.content === undefined) {
      peer.uselessSinceMs = nowMs;
      return false;
    }
    return nowMs - peer.uselessSinceMs >= this.#swarm.shared.config.uselessTimeoutMs;
  }
}
