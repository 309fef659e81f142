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
  downloadsFolder: v.exactOptional(v.string()),
  tracker: v.exactOptional(v.object({
    address: v.string(),
    name: v.exactOptional(v.string()),
    key: v.exactOptional(v.string()),
  })),
  name: v.exactOptional(v.string()),
  isWelcomed: v.exactOptional(v.boolean()),
});

/** The settings to start with: those given for this run, else those that were set. */
export function startSettings(
  store: SettingsStore,
  given: Pick<PeerSettings, "mode" | "downloadRate" | "uploadRate" | "name">,
): PeerSettings {
  const { mode, downloadRate, uploadRate, name } = given;
  return mergeSettings(readSettings(store), {
    ...(mode === undefined ? {} : { mode }),
    ...(downloadRate === undefined ? {} : { downloadRate }),
    ...(uploadRate === undefined ? {} : { uploadRate }),
    ...(name === undefined ? {} : { name }),
  });
}

/** What was set; settings of another version that cannot be read count as not set. */
export function readSettings(store: SettingsStore): PeerSettings {
  const parsed = v.safeParse(settingsSchema, store.get(KEY));
  return parsed.success ? parsed.output : {};
}

/** Keeps changed settings: what is absent stays, `null` takes away what was set. */
export function writeSettings(store: SettingsStore, patch: PeerSettingsPatch): void {
  store.set(KEY, mergeSettings(readSettings(store), patch));
}

/** Settings with a change: what is absent stays, `null` takes away what was set. */
export function mergeSettings(settings: PeerSettings, patch: PeerSettingsPatch): PeerSettings {
  const merged = Object.entries({ ...settings, ...patch }).filter(([, value]) => value !== null);
  return v.parse(settingsSchema, Object.fromEntries(merged));
}
