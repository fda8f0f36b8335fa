/** Sequence numbers of uTP: 16 bits that wrap. */

export function nextSequence(sequence: number): number {
  return (sequence + 1) & 0xffff;
}

export function previousSequence(sequence: number): number {
  return (sequence - 1) & 0xffff;
}

/** How far `to` is ahead of `from`, -32768 to 32767. */
export function sequenceDistance(from: number, to: number): number {
  return ((to - from) << 16) >> 16;
}
