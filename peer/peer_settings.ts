/**
 * What a person has set in the dashboard, kept in the database.
 *
 * @module
 */
import * as v from "valibot";
import type { PeerSettings, PeerSettingsPatch } from "./api/peer_session.ts";
import type { SettingsStore } from "./storage/settings_store.ts";

const KEY = "peer";

const settingsSchema = v.object({
  mode: v.exactOptional(v.picklist(["audio", "video"])),
  downloadRate: v.exactOptional(v.pipe(v.number(), v.minValue(1))),
  uploadRate: v.exactOptional(v.pipe(v.number(), v.minValue(1))),
});

/** What was set; settings of another version that cannot be read count as not set. */
export function readSettings(store: SettingsStore): PeerSettings {
  const parsed = v.safeParse(settingsSchema, store.get(KEY));
  return parsed.success ? parsed.output : {};
}

/** Changes and keeps settings: what is absent stays, `null` takes a limit away. */
export function writeSettings(store: SettingsStore, patch: PeerSettingsPatch): PeerSettings {
  const merged = Object.entries({ ...readSettings(store), ...patch }).filter(([, value]) => value !== null);
  const settings = v.parse(settingsSchema, Object.fromEntries(merged));
  store.set(KEY, settings);
  return settings;
}
