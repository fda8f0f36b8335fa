/** One ping that a caller waits for. */
import type { PingResult } from "./dht-lookups.ts";
import type { KrpcMessage } from "./krpc-message.ts";
import type { Query, QueryFailure, QueryOwner } from "./query-tracker.ts";

export class PingCall implements QueryOwner {
  readonly #onResult: (result: PingResult) => void;

  constructor(onResult: (result: PingResult) => void) {
    this.#onResult = onResult;
  }

  queryAnswered({ to }: Query, message: KrpcMessage, rttMs: number): void {
    const seenAs = message.seenAs(to.family);
    this.#onResult({ ok: true, id: message.id(), rttMs, version: message.version(), seenAs });
  }

  queryStalled(): void {}

  queryFailed(_query: Query, failure: QueryFailure): void {
    this.#onResult({
      ok: false,
      reason: failure === "timeout" || failure === "unreachable" ? failure : "error",
    });
  }
}
