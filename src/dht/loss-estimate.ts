/**
 * How many queries get lost on the way: counted on nodes that are known to be alive, because they answered later.
 * From it follows how often the nearest candidates of a lookup are worth asking: once where nothing gets lost, so
 * that the dead cost one query each, and as often as it takes where the network is bad.
 */

/** What is assumed of a network nobody has asked yet: few losses, soon forgotten. */
const ASSUMED_LOST = 0.4;
const ASSUMED_ANSWERED = 20;
/** Counts are halved at this many answers, so that the estimate follows the network. */
const HALVING_ANSWERS = 512;
/** A node that is alive shall be missed with this probability at most. */
const MISSED_RATIO = 0.01;
/** Beyond this nothing helps. */
const MAX_TRIES = 5;

export class LossEstimate {
  #lost = ASSUMED_LOST;
  #answered = ASSUMED_ANSWERED;

  /** Share of queries to living nodes that remain without an answer. */
  get ratio(): number {
    return this.#lost / (this.#lost + this.#answered);
  }

  /** How often a node is to be asked before its silence means something. */
  get worthwhileTries(): number {
    return Math.min(MAX_TRIES, Math.max(1, Math.ceil(Math.log(MISSED_RATIO) / Math.log(this.ratio))));
  }

  /** A node answered, after `lost` queries that it did not answer. */
  answeredAfter(lost: number): void {
    this.#lost += lost;
    this.#answered++;
    if (this.#answered < HALVING_ANSWERS) return;
    this.#lost /= 2;
    this.#answered /= 2;
  }
}
