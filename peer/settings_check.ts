/**
 * What of a change of settings cannot be: what the command line has set, an address that is none, a folder that cannot be
 * written to.
 *
 * @module
 */
import { formatEndpoint } from "../shared/endpoint.ts";
import type { PeerMode } from "../shared/media_kind.ts";
import type { ChosenTracker, PeerSettingsPatch } from "./api/peer_session.ts";
import { RequestError } from "./api/request_error.ts";
import { writableFolder } from "./folders.ts";
import { readTrackerAddress } from "./tracker_address.ts";

/** What the command line has set, and is not to be chosen. */
export interface FixedSettings {
  readonly mode: PeerMode | undefined;
  readonly isTrackerFixed: boolean;
  readonly isDownloadsFolderFixed: boolean;
}

/** The same change, its folder as it really is. @throws RequestError when it cannot be */
export async function checkedSettings(patch: PeerSettingsPatch, fixed: FixedSettings): Promise<PeerSettingsPatch> {
  const { mode, tracker, downloadsFolder } = patch;
  if (mode !== undefined && fixed.mode !== undefined && mode !== fixed.mode) {
    throw startedWith({ what: `The mode was set to ${fixed.mode}`, flag: "mode" });
  }
  if (tracker !== undefined && fixed.isTrackerFixed) {
    throw startedWith({ what: "The tracker was set", flag: "tracker" });
  }
  if (downloadsFolder !== undefined && fixed.isDownloadsFolderFixed) {
    throw startedWith({ what: "The folder for downloads was set", flag: "downloads" });
  }
  return {
    ...patch,
    ...(tracker ? { tracker: chosenTracker(tracker) } : {}),
    ...(downloadsFolder ? { downloadsFolder: await writableFolder(downloadsFolder) } : {}),
  };
}

/** As HOST:PORT and perhaps a key, whichever form it was written in. @throws RequestError */
function chosenTracker(given: ChosenTracker): ChosenTracker {
  const read = readTrackerAddress(given.address);
  if (read === undefined) {
    const reason = `“${given.address}” is no address of a tracker: media.home or 192.168.1.20:6969 would be one`;
    throw new RequestError(422, reason);
  }
  const key = given.key ?? read.key;
  return { ...given, address: formatEndpoint(read.tracker), ...(key === undefined ? {} : { key }) };
}

function startedWith({ what, flag }: { readonly what: string; readonly flag: string }): RequestError {
  return new RequestError(409, `${what} when the peer was started: start it without --${flag} to choose here`);
}
