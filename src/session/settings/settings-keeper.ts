/** The settings of one session: what it was told before and now, and the limits that follow from them at this hour. */
import type { Wire } from "../../wire/index.ts";
import type { SessionConfig } from "../session-config.ts";
import type { SessionPlatform } from "../session-ports.ts";
import type { SessionSettings } from "../session-view.ts";
import type { SeedingGoal } from "../torrent/seeding-goal.ts";
import { changedSettings, LASTING_SETTINGS, UNSET_SETTINGS } from "./session-settings.ts";
import { loadSettings, saveSettings } from "./settings-record.ts";
import { limitsInForce, type SpeedLimits } from "./speed-limits.ts";

export interface SettingsKeeperOptions {
  readonly platform: SessionPlatform;
  readonly config: SessionConfig;
  readonly wire: Wire;
  readonly log: (text: string) => void;
}

export class SettingsKeeper {
  readonly #options: SettingsKeeperOptions;
  #settings: SessionSettings;
  #usesAlternativeLimits = false;
  /** As the wire was told; undefined before it was told anything. */
  #told: Pick<SpeedLimits, "maxDownBytesPerSecond" | "maxUpBytesPerSecond"> | undefined;

  constructor(options: SettingsKeeperOptions) {
    const { remember, settings } = options.config;
    this.#options = options;
    this.#settings = changedSettings(remember ? LASTING_SETTINGS : UNSET_SETTINGS, settings);
  }

  get current(): SessionSettings {
    return this.#settings;
  }

  get usesAlternativeLimits(): boolean {
    return this.#usesAlternativeLimits;
  }

  /** The goal of torrents without one of their own. */
  get defaultGoal(): SeedingGoal {
    const { defaultSeedRatio, defaultSeedForMs } = this.#settings;
    return { ratio: defaultSeedRatio ?? undefined, forMs: defaultSeedForMs ?? undefined };
  }

  /** Takes up what the former session was told, under what was given at the start. */
  async load(): Promise<void> {
    const { platform, config } = this.#options;
    if (config.remember) {
      const remembered = await loadSettings(platform.state, LASTING_SETTINGS);
      this.#settings = changedSettings(remembered, config.settings);
    }
    this.applyLimits();
  }

  /** Throws `USAGE`, with nothing changed, for values that make no sense. */
  change(changes: Partial<SessionSettings>): void {
    this.#settings = changedSettings(this.#settings, changes);
    this.applyLimits();
  }

  async save(): Promise<void> {
    const { platform, config } = this.#options;
    if (config.remember) await saveSettings(platform.state, this.#settings);
  }

  /** The schedule may say something else than a moment ago. */
  applyLimits(): void {
    const { platform, wire, log } = this.#options;
    const { usesAlternative, ...limits } = limitsInForce(this.#settings, platform.unixMs());
    const isTold =
      this.#told?.maxDownBytesPerSecond === limits.maxDownBytesPerSecond &&
      this.#told.maxUpBytesPerSecond === limits.maxUpBytesPerSecond;
    if (!isTold) wire.setLimits(limits);
    this.#told = limits;
    if (usesAlternative === this.#usesAlternativeLimits) return;
    this.#usesAlternativeLimits = usesAlternative;
    log(usesAlternative ? "the alternative limits count now" : "the usual limits count again");
  }
}
