/** How long `network doctor` waits for what may never come. */
export interface Patience {
  /** For the answer to one datagram. */
  readonly answerMs: number;
  /** Between two bursts of datagrams, for nobody's queue to run over. */
  readonly burstMs: number;
}

/** The longest way round the earth and back takes less; twenty datagrams of a hundred bytes fit into a slow uplink. */
export const PATIENT: Patience = { answerMs: 700, burstMs: 50 };
