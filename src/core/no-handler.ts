/** The handler of a stream that nobody has taken over yet, or any more: it hears everything and does nothing. */
import type { StreamHandler } from "./ports.ts";

export const NO_HANDLER: StreamHandler = {
  onOpen: () => undefined,
  onBytes: () => undefined,
  onWritable: () => undefined,
  onEnd: () => undefined,
};
