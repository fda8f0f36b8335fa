/** The engine in the background: a process that its starter leaves as soon as it answers. */
import { toClientError } from "../core/errors.ts";
import type { EngineSettings } from "./engine/engine-settings.ts";
import { runStandaloneEngine } from "./engine/standalone-engine.ts";
import type { EngineGreeting } from "./engine/start-engine.ts";
import { EXIT_OK, exitCodeOf } from "./exit-codes.ts";

if (process.send === undefined) throw new Error("engine-process is started by starling daemon start only");
process.title = "starling engine";

const settings = await new Promise<EngineSettings>((resolve) => process.once("message", resolve));
let exit = EXIT_OK;
try {
  await runStandaloneEngine(settings, () => void greet({ kind: "ready" }));
} catch (error) {
  const { code, message, hint } = toClientError(error);
  exit = exitCodeOf(code);
  console.error(error);
  await greet({ kind: "failed", code, message, hint });
}
process.exit(exit);

/** Resolves when the starter has it, or is gone. */
function greet(greeting: EngineGreeting): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(greeting, undefined, undefined, () => resolve());
  });
}
