/**
 * Outcomes of swarms in a file, a line of JSON each: a long calibration that was interrupted goes on where it stopped,
 * and pieces that ran elsewhere can be put together. The first line says which swarms they are.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { ClientError } from "../../../core/errors.ts";
import type { SwarmOutcome } from "./run-swarm.ts";

interface LoggedOutcome {
  readonly index: number;
  readonly outcome: SwarmOutcome;
}

export class OutcomeLog {
  readonly #path: string;
  readonly #outcomes = new Map<number, SwarmOutcome>();

  /** Throws `USAGE` when the file holds swarms of another seed, or something else. */
  constructor(path: string, seed: number) {
    this.#path = path;
    const head = JSON.stringify({ kind: "starling-calibration", seed });
    if (!existsSync(path)) writeFileSync(path, `${head}\n`);
    const [first, ...lines] = readFileSync(path, "utf8").split("\n");
    if (first !== head) {
      throw new ClientError("USAGE", `${path} does not hold outcomes of seed ${seed}.`, {
        hint: "Name another file for --outcomes, or the seed that it was begun with.",
      });
    }
    const whole = lines.slice(0, -1);
    // What was cut off in the middle of a line is simulated again.
    if (lines.at(-1) !== "") writeFileSync(path, `${[first, ...whole].join("\n")}\n`);
    for (const line of whole) {
      const { index, outcome } = JSON.parse(line) as LoggedOutcome;
      this.#outcomes.set(index, outcome);
    }
  }

  get(index: number): SwarmOutcome | undefined {
    return this.#outcomes.get(index);
  }

  add(index: number, outcome: SwarmOutcome): void {
    const logged: LoggedOutcome = { index, outcome };
    this.#outcomes.set(index, outcome);
    appendFileSync(this.#path, `${JSON.stringify(logged)}\n`);
  }
}
