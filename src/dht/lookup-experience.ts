/** What a node learns from its lookups and uses in the next ones. */
import { AnnounceCache } from "./announce-cache.ts";
import { LossEstimate } from "./loss-estimate.ts";
import { UnreachableCache } from "./unreachable-cache.ts";

export class LookupExperience {
  /** How much of what is sent gets lost. */
  readonly loss: LossEstimate = new LossEstimate();
  /** Who was asked in vain. */
  readonly unreachable: UnreachableCache = new UnreachableCache();
  /** Where lookups ended. */
  readonly endings: AnnounceCache = new AnnounceCache();
}
