/** How long peers were seen and how many left, seeds and others apart: the observations behind departure rates. */

export class PresenceMeter {
  seedSeconds = 0;
  peerSeconds = 0;
  seedDepartures = 0;
  peerDepartures = 0;
  #seeds = 0;
  #departuresSinceTick = 0;
  #lastMs: number | undefined;

  /** A connected peer went away by itself. */
  peerLeft(): void {
    this.#departuresSinceTick++;
  }

  /** Takes the present counts; call it about once a second. */
  tick(connectedPeers: number, connectedSeeds: number, nowMs: number): void {
    const seconds = (nowMs - (this.#lastMs ?? nowMs)) / 1_000;
    this.#lastMs = nowMs;
    this.seedSeconds += connectedSeeds * seconds;
    this.peerSeconds += (connectedPeers - connectedSeeds) * seconds;
    // A seed that left is a departure and one seed less; who became a seed only hides one of several.
    const seedsGone = Math.min(this.#departuresSinceTick, Math.max(0, this.#seeds - connectedSeeds));
    this.seedDepartures += seedsGone;
    this.peerDepartures += this.#departuresSinceTick - seedsGone;
    this.#departuresSinceTick = 0;
    this.#seeds = connectedSeeds;
  }
}
