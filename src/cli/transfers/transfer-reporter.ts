/** What prints a transfer as it goes; `choose-reporter.ts` picks one. */
import type { SessionSnapshot } from "../../session/session-view.ts";
import type { TransferEvent } from "./transfer-observer.ts";

export interface TransferReporter {
  report(event: TransferEvent): void;
  /** Called once for every snapshot, after its events. */
  tick(snapshot: SessionSnapshot): void;
  /** Leaves the terminal clean; called once. */
  end(): void;
}
