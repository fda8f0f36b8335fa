/**
 * The result of reading remote or stored bytes: a typed value, or a fault. Decoders never throw on input (Law 5).
 */
export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: Fault };

/** What was wrong with the input: a stable `code` for counters and tests, and a sentence for people. */
export interface Fault {
  readonly code: string;
  readonly message: string;
}

export function decoded<T>(value: T): Decoded<T> {
  return { ok: true, value };
}

export function fault(code: string, message: string): { readonly ok: false; readonly fault: Fault } {
  return { ok: false, fault: { code, message } };
}
