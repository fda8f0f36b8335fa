/** What a setting may be: refusals that name it and say what fits. */
import { ClientError } from "../../core/errors.ts";

/** A rate in bytes a second above zero, or null for none. Throws `USAGE`. */
export function checkedLimit(limit: number | null, what: string): number | null {
  if (limit === null || (Number.isSafeInteger(limit) && limit > 0)) return limit;
  throw new ClientError("USAGE", `${limit} is not a ${what}.`, { hint: "Give a number above zero." });
}

/** A number of at least zero, or null for none. Throws `USAGE`. */
export function checkedAmount(amount: number | null, what: string): number | null {
  if (amount === null || (Number.isFinite(amount) && amount >= 0)) return amount;
  throw new ClientError("USAGE", `${amount} is not a ${what}.`, {
    hint: "Give a number that is not negative.",
  });
}

/** A whole number of at least zero, or null for none. Throws `USAGE`. */
export function checkedCount(count: number | null, what: string): number | null {
  if (count === null || (Number.isSafeInteger(count) && count >= 0)) return count;
  throw new ClientError("USAGE", `${count} is not a ${what}.`, {
    hint: "Give a whole number that is not negative.",
  });
}
