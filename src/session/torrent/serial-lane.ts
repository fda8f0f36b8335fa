/**
 * Runs one pass of work at a time. Asked while a pass runs, it runs another one afterwards, once, however often it
 * was asked: the shape of everything that looks at the present state and acts on it.
 */
export class SerialLane {
  readonly #pass: () => Promise<void>;
  #running: Promise<void> | undefined;
  #isAskedAgain = false;

  /** `pass` handles its own errors: a rejection is ours and surfaces as unhandled. */
  constructor(pass: () => Promise<void>) {
    this.#pass = pass;
  }

  /** Resolves when a pass that began after this call is over. */
  async run(): Promise<void> {
    this.#isAskedAgain = true;
    this.#running ??= this.#drain();
    await this.#running;
  }

  async #drain(): Promise<void> {
    try {
      while (this.#isAskedAgain) {
        this.#isAskedAgain = false;
        await this.#pass();
      }
    } finally {
      this.#running = undefined;
    }
  }
}
