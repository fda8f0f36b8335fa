/** Ending on request: the first signal stops cleanly, a second one at once. */
import { EXIT_SIGHUP, EXIT_SIGINT, EXIT_SIGTERM } from "./exit-codes.ts";

const EXIT_BY_SIGNAL: Readonly<Record<string, number>> = {
  SIGINT: EXIT_SIGINT,
  SIGTERM: EXIT_SIGTERM,
  SIGHUP: EXIT_SIGHUP,
};

export interface StopRequest {
  /** Resolves with the exit code of the first signal. */
  readonly requested: Promise<number>;
  /** Stops listening. */
  dispose(): void;
}

export function onStopRequest(): StopRequest {
  let resolveRequest: (exit: number) => void = () => {};
  const requested = new Promise<number>((resolve) => {
    resolveRequest = resolve;
  });
  let signals = 0;
  const listener = (signal: NodeJS.Signals): void => {
    const exit = EXIT_BY_SIGNAL[signal] ?? EXIT_SIGTERM;
    if (++signals > 1) process.exit(exit);
    resolveRequest(exit);
  };
  for (const signal of Object.keys(EXIT_BY_SIGNAL)) process.on(signal as NodeJS.Signals, listener);
  return {
    requested,
    dispose: () => {
      for (const signal of Object.keys(EXIT_BY_SIGNAL)) process.off(signal as NodeJS.Signals, listener);
    },
  };
}
