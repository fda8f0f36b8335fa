/** One thing that `doctor` looks at: what it saw, and what to do where it is not well. */

export interface Check {
  readonly name: string;
  /** `warning`: works, but not as well as it could. */
  readonly verdict: "fine" | "warning" | "broken";
  readonly evidence: string;
  /** Empty where there is nothing to do. */
  readonly next: string;
}

export function fine(name: string, evidence: string): Check {
  return { name, verdict: "fine", evidence, next: "" };
}

export function warning(name: string, evidence: string, next: string): Check {
  return { name, verdict: "warning", evidence, next };
}

export function broken(name: string, evidence: string, next: string): Check {
  return { name, verdict: "broken", evidence, next };
}
