/** Commands about the Starling that runs: they come in as one more viewer and leave it running. */
import type { EngineClient } from "../../session/index.ts";
import { type ProfileFlags, parseEngineProfile } from "../arguments/profile.ts";
import { requireEngine } from "./attach-engine.ts";

/** `use` may listen to `onClosed` instead of us. Rejects with NOT_RUNNING when no Starling of the profile runs, and with what `use` rejects with. */
export async function withEngine<Result>(
  flags: ProfileFlags,
  use: (engine: EngineClient) => Promise<Result>,
): Promise<Result> {
  const engine = await requireEngine({ profile: parseEngineProfile(flags) });
  try {
    const ended = closed(engine);
    return await Promise.race([use(engine), ended]);
  } finally {
    engine.close();
  }
}

function closed(engine: EngineClient): Promise<never> {
  return new Promise((_, reject) => {
    engine.onClosed = reject;
  });
}
