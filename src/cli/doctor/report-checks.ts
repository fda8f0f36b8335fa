/** Checks as `doctor` prints them. */
import { EXIT_OK } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import type { Check } from "./check.ts";

const MARKS: Readonly<Record<Check["verdict"], string>> = { fine: "✓", warning: "!", broken: "✗" };

/** Answers the exit code: 1 when something is broken. */
export function reportChecks(checks: readonly Check[], output: Output): number {
  for (const { name, verdict, evidence, next } of checks) {
    output.result(`${MARKS[verdict]} ${name.padEnd(21)}${evidence}`);
    if (next !== "") output.result(`  ${"".padEnd(21)}→ ${next}`);
  }
  const isWell = checks.every(({ verdict }) => verdict !== "broken");
  output.json({ ok: isWell, checks });
  return isWell ? EXIT_OK : 1;
}
