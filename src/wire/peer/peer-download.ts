/** What we ask of one peer: its outstanding requests, how many there may be, and the block that is arriving. */

import { NEVER_MS } from "../../core/never-ms.ts";
import { RateMeter } from "../../core/rate-meter.ts";
import type { PickOptions } from "../swarm/piece-picker.ts";
import { RequestWindow } from "../swarm/request-window.ts";
import type { ReceivingSegment } from "../swarm/swarm-segments.ts";
import type { PeerActivity } from "../wire-view.ts";
import { BlockList } from "./block-list.ts";

/** Tags of outstanding requests: the picker counts on it, or only an answer is still owed (BEP 6). */
export const LIVE = 0;
export const GIVEN_UP = 1;

/** Long enough to be calm, short enough to show a change at once. */
export const RATE_WINDOW_MS = 3_000;

export class PeerDownload {
  /** In the order they were sent; at most one window of live ones, and as many given up. */
  readonly requests: BlockList = new BlockList();
  readonly window: RequestWindow = new RequestWindow();
  /** Payload as it arrives, accepted or not. */
  readonly meter: RateMeter = new RateMeter(RATE_WINDOW_MS);
  /** Until its rate is known a peer gets pieces of its own: a liar then spoils no others. */
  readonly pick: PickOptions = { speedClass: 1, sharing: "prefer-whole", maxNewSegments: 0 };
  liveRequests = 0;
  /** Blocks that may still arrive though no request is known any more: answers that crossed a choke or cancel. */
  lateAllowance = 0;
  /** Blocks that nobody asked for. */
  unsolicitedBlocks = 0;
  /** Rejects since the last block; each makes the next question wait longer. */
  rejectStreak = 0;
  strayRejects = 0;
  notBeforeMs: number = NEVER_MS;
  /** The last refill did not find as much as the peer could take. */
  isStarved = false;
  /** The requests know that the peer is starved, or was lately. */
  isListed = false;
  /** The last refill ended for want of memory. */
  isOutOfMemory = false;

  /** When the last whole block arrived, or the first of the present requests was made if that is later. */
  progressAtMs: number = NEVER_MS;
  secondStartBytes = 0;
  isSnubbed = false;
  /** When the lone request left that measures the round trip; NEVER_MS = none. */
  probeSentMs: number = NEVER_MS;

  /** Pieces that we may fetch while choked (BEP 6), and those the peer would like to give. */
  readonly allowedFast: number[] = [];
  readonly suggested: number[] = [];

  activity: PeerActivity = "awaiting-metadata";
  activitySinceMs: number = NEVER_MS;

  // The block that is arriving; piece -1 = none, or one that was never asked for.
  arrivingPiece = -1;
  arrivingBegin = 0;
  arrivingBytes = 0;
  /** The segment that the payload belongs to; undefined = it is dropped. */
  segment: ReceivingSegment | undefined;
  /** The payload goes here first because another connection is writing its place. */
  isInScratch = false;
  scratch: Uint8Array | undefined;

  /** Accepted payload. */
  usefulBytes = 0;

  /** Removes the request that is answered; whether it was live. */
  take(piece: number, begin: number): boolean {
    const position = this.requests.find(piece, begin);
    if (position < 0) return false;
    const wasLive = this.requests.tagAt(position) === LIVE;
    this.requests.removeAt(position);
    if (wasLive) this.liveRequests--;
    return wasLive;
  }
}
