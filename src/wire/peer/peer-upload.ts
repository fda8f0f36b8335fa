/** What one peer asks of us and what of it is on its way. */
import { NEVER_MS } from "../../core/never-ms.ts";
import { RateMeter } from "../../core/rate-meter.ts";
import { BlockList } from "./block-list.ts";
import { RATE_WINDOW_MS } from "./peer-download.ts";

const NOTHING_GRANTED: ReadonlySet<number> = new Set();

export class PeerUpload {
  /** Requests that wait; the tag is the length. */
  readonly queue: BlockList = new BlockList();
  /** The uploads know that requests of this peer wait. */
  isListed = false;
  /** Payload as it is handed to the stream. */
  readonly meter: RateMeter = new RateMeter(RATE_WINDOW_MS);
  /** Blocks that storage is reading for this peer. */
  readingBlocks = 0;
  /** Payload that is being read or lies in the stream. */
  pendingBytes = 0;
  /** The stream said that it is full. */
  isStreamFull = false;
  /** Requests that could not be served: out of range, not had, while choked (threats W4). */
  invalidRequests = 0;
  requestsReceived = 0;
  strayCancels = 0;
  unchokedAtMs: number = NEVER_MS;
  chokedAtMs: number = NEVER_MS;
  isOptimistic = false;
  /** Our allowed fast grants to this peer (BEP 6) and the bytes served of them while it was choked. */
  granted: ReadonlySet<number> = NOTHING_GRANTED;
  grantedBytes = 0;
}
