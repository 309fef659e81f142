/**
 * Sends one announce by whichever transport its address names.
 * @module
 */

import type { Announce, AnnounceResponse } from "../../shared/wire/announce.ts";
import type { Clock } from "./clock.ts";
import { announceByHttp } from "./http_tracker_client.ts";
import { parseTrackerUrl } from "./tracker_url.ts";
import type { UdpTrackerClient } from "./udp_tracker_client.ts";

/** How one tracker is asked. */
export interface AskTrackerOptions {
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Another address will be asked if this one fails, so it need not be insisted on. */
  readonly hasFallback: boolean;
}

/** Sends one announce. Throws `TrackerRefusal`, `TrackerFailure`, or the signal's reason. */
export type AskTracker = (url: string, announce: Announce, options: AskTrackerOptions) => Promise<AnnounceResponse>;

/** Asks by UDP and HTTP; `udp` stays its owner's. */
export function trackerAsker(how: { readonly udp: UdpTrackerClient; readonly clock?: Clock | undefined }): AskTracker {
  return async (url, announce, { signal, hasFallback }) => {
    if (parseTrackerUrl(url).transport === "http") {
      return await announceByHttp(url, announce, { clock: how.clock, signal });
    }
    return await how.udp.announce(url, announce, { signal, ...(hasFallback && { attempts: ATTEMPTS_WITH_FALLBACK }) });
  };
}

/** One lost datagram is forgiven; then the other way is quicker than waiting. */
const ATTEMPTS_WITH_FALLBACK = 2;
