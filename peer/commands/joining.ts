/**
 * Which tracker a peer belongs to when its command line names none: the one that was chosen, else the first that is found
 * on the local network. Invariant: only a peer that never belonged anywhere joins by itself, and only where exactly one
 * open community is found; one that belongs to a tracker follows it, by its name, to another address.
 *
 * @module
 */
import { formatEndpoint } from "../../shared/endpoint.ts";
import type { ChosenTracker } from "../api/peer_session.ts";
import type { FoundTracker } from "../net/tracker_finder.ts";

/** What is known when trackers were found. */
export interface Situation {
  /** The tracker that this peer belongs to, if any. */
  readonly chosen: ChosenTracker | undefined;
  /** Whether that one answers. */
  readonly isReachable: boolean;
  readonly found: readonly FoundTracker[];
}

/** The tracker to join now; undefined: none, a person decides. */
export function trackerToJoin({ chosen, isReachable, found }: Situation): ChosenTracker | undefined {
  if (chosen === undefined) {
    const [only, another] = found;
    return only === undefined || another !== undefined || only.needsKey ? undefined : nameTracker(only);
  }
  if (isReachable || chosen.name === undefined) return undefined;
  const moved = found.find(({ name, needsKey }) => name === chosen.name && needsKey === (chosen.key !== undefined));
  if (moved === undefined || formatEndpoint(moved) === chosen.address) return undefined;
  return { ...chosen, address: formatEndpoint(moved) };
}

function nameTracker(found: FoundTracker): ChosenTracker {
  return { address: formatEndpoint(found), name: found.name };
}
