/**
 * Which numbers of one sender were there already: a window over the last 1,024 of them, as IPsec has it (RFC 4303, 3.4.3).
 * Datagrams overtake each other, by a burst at most; what is older than the window counts as seen.
 */
const WINDOW = 1_024;

export class ReplayWindow {
  readonly #seen = new Uint32Array(WINDOW / 32);
  #greatest = -1;

  /** True the first time for each number. */
  admit(number: number): boolean {
    if (number > this.#greatest) this.#advance(number);
    else if (this.#greatest - number >= WINDOW || this.#has(number)) return false;
    const at = number % WINDOW;
    this.#seen[at >>> 5] = (this.#seen[at >>> 5] as number) | (1 << (at & 31));
    return true;
  }

  #has(number: number): boolean {
    const at = number % WINDOW;
    return (((this.#seen[at >>> 5] as number) >>> (at & 31)) & 1) === 1;
  }

  /** The places between the former greatest number and the new one belong to numbers not seen yet. */
  #advance(number: number): void {
    if (this.#greatest < 0 || number - this.#greatest >= WINDOW) this.#seen.fill(0);
    else
      for (let passed = this.#greatest + 1; passed <= number; passed++) {
        const at = passed % WINDOW;
        this.#seen[at >>> 5] = (this.#seen[at >>> 5] as number) & ~(1 << (at & 31));
      }
    this.#greatest = number;
  }
}
