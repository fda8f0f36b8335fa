/** The engine as a process of its own: it goes on until a viewer or a signal stops it. */
import { ENDING_SIGNALS, exitCodeOf } from "../exit-codes.ts";
import type { EngineSettings } from "./engine-settings.ts";
import { type Engine, runEngine } from "./run-engine.ts";

/**
 * Runs the engine to its end. `onReady` is called when it answers the network and its viewers. Rejects with the
 * `ClientError` that says why it cannot. The first signal stops it in order, a second one at once.
 */
export async function runStandaloneEngine(
  settings: EngineSettings,
  onReady: (engine: Engine) => void,
): Promise<void> {
  const engine = await runEngine(settings);
  let signals = 0;
  const stop = (): void => {
    if (++signals > 1) process.exit(exitCodeOf("SESSION_CLOSED"));
    void engine.session.close();
  };
  for (const signal of ENDING_SIGNALS) process.on(signal, stop);
  onReady(engine);
  await engine.ended;
  for (const signal of ENDING_SIGNALS) process.off(signal, stop);
}
