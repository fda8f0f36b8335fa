/**
 * How fast peers leave is not known, only learnt. With a Gamma prior of one departure in its seconds, and the
 * departures seen in the seconds since, every rate has its weight (Gamma is conjugate to Poisson; Gelman et al.,
 * "Bayesian Data Analysis", 2.6). A forecast is the mean over all of them: a forecast at the mean rate would
 * be too sure of itself, because the same unknown rate governs all peers of a swarm.
 */

export interface DeparturesSeen {
  readonly departures: number;
  /** Peer-seconds, those of the prior included. */
  readonly seconds: number;
}

/** Points of the sum that stands for the integral: with these it is right to a thousandth. */
const POINTS = 48;
/** Rates below this share of the mean change no forecast. */
const SMALLEST = 1e-3;
/** So many standard deviations around the mean, and a little more above it, where few departures make a long tail. */
const DEVIATIONS = 6;
const TAIL = 8;

/** The mean of `forecast` over all rates (departures a second), each as likely as it is by what was seen. */
export function meanOverRates(seen: DeparturesSeen, forecast: (leaveRate: number) => number): number {
  const shape = seen.departures + 1;
  const from = Math.log(Math.max(SMALLEST * shape, shape - DEVIATIONS * Math.sqrt(shape)));
  const to = Math.log(shape + DEVIATIONS * Math.sqrt(shape) + TAIL);
  let sum = 0;
  let weights = 0;
  for (let point = 0; point < POINTS; point++) {
    const logX = from + ((point + 0.5) / POINTS) * (to - from);
    const x = Math.exp(logX);
    // Density of Gamma(shape, 1) times the width of a step in log x; at its highest 1.
    const weight = Math.exp(shape * (logX - Math.log(shape)) - (x - shape));
    sum += weight * forecast(x / seen.seconds);
    weights += weight;
  }
  return sum / weights;
}
