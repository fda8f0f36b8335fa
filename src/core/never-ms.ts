/**
 * The time of what has not happened: before every other. Fields that hold times begin with it and not with 0, which is a small
 * integer: V8 gives a field the representation of its first values, and when that changes to a floating-point number it
 * throws away all code that was compiled for such objects. A download of a second would compile its hot path twice.
 */
export const NEVER_MS: number = Number.NEGATIVE_INFINITY;
