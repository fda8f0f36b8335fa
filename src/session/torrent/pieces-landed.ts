/** Waits for the verdicts on pieces that the disk was given, so that none of them is lost when it is closed. */
import type { Clock } from "../../core/ports.ts";
import type { Swarm } from "../../wire/index.ts";
import { LANDING_POLL_MS, LANDING_TIMEOUT_MS } from "../session-config.ts";

/** Resolves when all are there, or `LANDING_TIMEOUT_MS` later. */
export async function piecesLanded(swarm: Swarm, clock: Clock): Promise<void> {
  const deadlineMs = clock.nowMs() + LANDING_TIMEOUT_MS;
  while (swarm.view().pendingPieces > 0 && clock.nowMs() < deadlineMs) {
    await new Promise<void>((resolve) => {
      clock.setTimer(LANDING_POLL_MS, resolve);
    });
  }
}
