/** Throws when `condition` is false: our own bug, never a remote party's doing (Law 5). */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Invariant violated: ${message}`);
}
