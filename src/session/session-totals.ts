/** What was moved over all time: goes on from the former session, is saved now and then and at the end. */
import { decodeTotals, encodeTotals, type SavedTotals, TOTALS_RECORD } from "../storage/index.ts";
import type { Wire } from "../wire/index.ts";
import { loadRecord } from "./load-record.ts";
import { TOTALS_SAVE_INTERVAL_MS } from "./session-config.ts";
import type { SessionLog } from "./session-log.ts";
import type { SessionPlatform } from "./session-ports.ts";

const NOTHING: SavedTotals = { downloadedBytes: 0, uploadedBytes: 0 };

export class SessionTotals {
  readonly #platform: SessionPlatform;
  readonly #wire: Wire;
  readonly #log: SessionLog;
  #before = NOTHING;
  /** As the record has it; saving the same again is no use. */
  #saved = NOTHING;
  #timer: Disposable | undefined;

  constructor(platform: SessionPlatform, wire: Wire, log: SessionLog) {
    this.#platform = platform;
    this.#wire = wire;
    this.#log = log;
  }

  /** Payload of all torrents, also of those that are gone; before `start` of this session alone. */
  get now(): SavedTotals {
    const { downloadedBytes, uploadedBytes } = this.#wire.payload;
    return {
      downloadedBytes: this.#before.downloadedBytes + downloadedBytes,
      uploadedBytes: this.#before.uploadedBytes + uploadedBytes,
    };
  }

  /** Goes on from the former session, and saves from now on. */
  async start(): Promise<void> {
    const record = await loadRecord(this.#platform.state, TOTALS_RECORD, (bytes) => {
      const totals = decodeTotals(bytes);
      return totals.ok ? totals.value : undefined;
    }).catch(() => undefined);
    this.#before = record ?? NOTHING;
    this.#saved = this.now;
    this.#schedule();
  }

  /** Saves a last time. */
  async close(): Promise<void> {
    this.#timer?.[Symbol.dispose]();
    await this.#save();
  }

  #schedule(): void {
    this.#timer = this.#platform.clock.setTimer(TOTALS_SAVE_INTERVAL_MS, () => {
      void this.#save();
      this.#schedule();
    });
  }

  async #save(): Promise<void> {
    const { now } = this;
    const { downloadedBytes, uploadedBytes } = this.#saved;
    if (now.downloadedBytes === downloadedBytes && now.uploadedBytes === uploadedBytes) return;
    try {
      await this.#platform.state.save(TOTALS_RECORD, encodeTotals(now));
      this.#saved = now;
    } catch {
      this.#log.add("the totals of all time could not be saved");
    }
  }
}
