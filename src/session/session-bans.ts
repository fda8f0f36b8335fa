/** Bans outlive the session that pronounced them: loaded at the start, saved now and then and at the end. */
import { BANS_RECORD, decodeBans, encodeBans } from "../storage/index.ts";
import type { Wire } from "../wire/index.ts";
import { loadRecord } from "./load-record.ts";
import { BANS_SAVE_INTERVAL_MS } from "./session-config.ts";
import type { SessionLog } from "./session-log.ts";
import type { SessionPlatform } from "./session-ports.ts";

export class SessionBans {
  readonly #platform: SessionPlatform;
  readonly #wire: Wire;
  readonly #log: SessionLog;
  #timer: Disposable | undefined;
  /** Who is banned in the record as it is; saving the same again is no use. */
  #saved = "";

  constructor(platform: SessionPlatform, wire: Wire, log: SessionLog) {
    this.#platform = platform;
    this.#wire = wire;
    this.#log = log;
  }

  /** Takes up the bans of the former session; the time in between counts. */
  async start(): Promise<void> {
    const record = await loadRecord(this.#platform.state, BANS_RECORD, (bytes) => {
      const bans = decodeBans(bytes);
      return bans.ok ? bans.value : undefined;
    }).catch(() => undefined);
    if (record !== undefined) {
      // A clock that was set back must not make bans longer.
      const offMs = Math.max(0, this.#platform.unixMs() - record.savedAtUnixMs);
      this.#wire.importBans(
        record.bans.map(({ party, remainingMs }) => ({ party, remainingMs: remainingMs - offMs })),
      );
      this.#saved = this.#parties();
    }
    this.#schedule();
  }

  /** Saves a last time. */
  async close(): Promise<void> {
    this.#timer?.[Symbol.dispose]();
    await this.#save();
  }

  #schedule(): void {
    this.#timer = this.#platform.clock.setTimer(BANS_SAVE_INTERVAL_MS, () => {
      void this.#save();
      this.#schedule();
    });
  }

  async #save(): Promise<void> {
    const parties = this.#parties();
    if (parties === this.#saved) return;
    try {
      const bans = this.#wire.exportBans();
      await this.#platform.state.save(
        BANS_RECORD,
        encodeBans({ savedAtUnixMs: this.#platform.unixMs(), bans }),
      );
      this.#saved = parties;
    } catch {
      this.#log.add("the list of bans could not be saved");
    }
  }

  #parties(): string {
    return this.#wire
      .exportBans()
      .map(({ party }) => party)
      .join(" ");
  }
}
