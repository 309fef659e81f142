/**
 * What a peer knows of the network and the machine that it runs on, and whether somebody has to be guided through the
 * first steps.
 *
 * @module
 */
import type { FoundTrackerView, PeerStatus } from "../shared/dashboard_views.ts";
import type { PeerMode } from "../shared/media_kind.ts";

/** What a peer knows of the network and the machine that it runs on, and who changes its tracker. */
export interface Surroundings {
  /** Trackers on the local network, now. */
  readonly trackers: readonly FoundTrackerView[];
  /** Calls the listener when those changed. */
  subscribe(listener: () => void): Disposable;
  /** Whether the command line left the first steps open: which tracker, which shares. */
  readonly isOpen: boolean;
  /** The tracker was given on the command line, and is not to be chosen. */
  readonly isTrackerFixed: boolean;
  /** The folder where the platform keeps media of a mode; undefined where it is not there. */
  suggestedShare(mode: PeerMode | undefined): string | undefined;
  /** Another tracker was set: the session is to be opened anew. */
  onTrackerSet(): void;
}

/** Whom to guide, and to what. */
export interface Beginner {
  readonly mode: PeerMode | undefined;
  /** Was welcomed, or shares something: needs no guide. */
  readonly isSettled: boolean;
}

/** What of the surroundings the dashboard shows. */
export function viewSurroundings(
  surroundings: Surroundings,
  { mode, isSettled }: Beginner,
): Pick<PeerStatus, "trackersFound" | "firstSteps"> {
  const { trackers, isOpen } = surroundings;
  const isNew = isOpen && !isSettled;
  const folder = isNew ? surroundings.suggestedShare(mode) : undefined;
  return {
    ...(trackers.length === 0 ? {} : { trackersFound: trackers }),
    ...(isNew ? { firstSteps: folder === undefined ? {} : { suggestedShare: folder } } : {}),
  };
}
