/** The session's settings in the state store: JSON behind a checksum, for people look into it. */
import { utf8Bytes, utf8Text } from "../../core/bytes.ts";
import { openRecord, SETTINGS_RECORD, sealRecord } from "../../storage/index.ts";
import { isFields, pick } from "../channel/guards.ts";
import { loadRecord } from "../load-record.ts";
import type { StateStore } from "../session-ports.ts";
import type { SessionSettings } from "../session-view.ts";
import { changedSettings } from "./session-settings.ts";
import { SETTINGS_FIELDS } from "./settings-fields.ts";

/** What the former session was told, over `initial`. A record that cannot be read counts as none. */
export async function loadSettings(store: StateStore, initial: SessionSettings): Promise<SessionSettings> {
  return (await loadRecord(store, SETTINGS_RECORD, (bytes) => decodeSettings(bytes, initial))) ?? initial;
}

export async function saveSettings(store: StateStore, settings: SessionSettings): Promise<void> {
  await store.save(SETTINGS_RECORD, sealRecord(utf8Bytes(JSON.stringify(settings))));
}

function decodeSettings(bytes: Uint8Array, initial: SessionSettings): SessionSettings | undefined {
  const record = openRecord(bytes);
  if (!record.ok) return undefined;
  try {
    const fields: unknown = JSON.parse(utf8Text(record.value));
    if (!isFields(fields)) return undefined;
    const saved = pick<Partial<SessionSettings>>(fields, SETTINGS_FIELDS);
    return saved && changedSettings(initial, saved);
  } catch {
    return undefined;
  }
}
