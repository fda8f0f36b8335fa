/** Ending on request: the first signal stops cleanly, a second one at once. */
import { ENDING_SIGNALS, exitCodeOfSignal } from "./exit-codes.ts";

export interface StopRequest {
  /** Resolves with the exit code of the first signal. */
  readonly requested: Promise<number>;
  /** Stops listening, unless a signal has come: then the process is ending, and the next one still has its exit code. */
  dispose(): void;
}

export function onStopRequest(): StopRequest {
  let resolveRequest: (exit: number) => void = () => {};
  const requested = new Promise<number>((resolve) => {
    resolveRequest = resolve;
  });
  let signals = 0;
  const listener = (signal: NodeJS.Signals): void => {
    const exit = exitCodeOfSignal(signal);
    if (++signals > 1) process.exit(exit);
    resolveRequest(exit);
  };
  for (const signal of ENDING_SIGNALS) process.on(signal, listener);
  return {
    requested,
    dispose: () => {
      if (signals > 0) return;
      for (const signal of ENDING_SIGNALS) process.off(signal, listener);
    },
  };
}
