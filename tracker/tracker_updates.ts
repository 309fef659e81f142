/**
 * The live updates of the tracker's dashboard: what changed for one viewer since its last update.
 *
 * @module
 */
import { Difference, ListDifference, ShareDifference } from "../dashboard/differences.ts";
import type { LiveSource } from "../dashboard/live_updates.ts";
import {
  clientKey,
  type ClientView,
  type SwarmView,
  type TrackerStatus,
  type TrackerUpdate,
} from "../shared/tracker_dashboard_views.ts";
import type { Tracker } from "./tracker.ts";
import type { TrackerLibrary } from "./tracker_library.ts";
import type { TrafficHistory } from "./traffic_history.ts";

/** What a live update carries of a large community: some hundred kilobytes at the most. All is at `/api/clients`. */
const LIVE_CLIENTS = { maxCount: 200, maxFiles: 50 } as const;
const LIVE_SWARMS = { maxCount: 200 } as const;

/** What the updates are made from. */
export interface UpdateSource {
  readonly tracker: Tracker;
  readonly library: TrackerLibrary | undefined;
  readonly history: TrafficHistory;
}

/** The live updates of a tracker, for `liveUpdates`. */
export function trackerUpdates(source: UpdateSource): LiveSource<TrackerUpdate> {
  return {
    subscribe: (listener) => {
      const scope = new DisposableStack();
      scope.use(source.tracker.subscribe(listener));
      if (source.library !== undefined) scope.use(source.library.subscribe(listener));
      return scope;
    },
    watch: () => {
      const difference = new TrackerDifference(source);
      return () => difference.next();
    },
  };
}

/** One viewer's knowledge. */
class TrackerDifference {
  readonly #source: UpdateSource;
  readonly #status = new Difference<TrackerStatus>();
  readonly #clients = new ListDifference<ClientView>(clientKey);
  readonly #swarms = new ListDifference<SwarmView>(({ infoHash }) => infoHash);
  readonly #library = new ShareDifference();
  readonly #version = new Difference<string>();
  #sampledAtMs = 0;

  constructor(source: UpdateSource) {
    this.#source = source;
  }

  next(): TrackerUpdate | undefined {
    const { tracker, library, history } = this.#source;
    const status = tracker.status();
    const catalogueVersion = String(tracker.catalogue.version);
    const clients = this.#clients.next(tracker.clients(LIVE_CLIENTS));
    const swarms = this.#swarms.next(tracker.swarms(LIVE_SWARMS));
    const shares = this.#library.next(library?.shares() ?? []);
    const samples = history.since(this.#sampledAtMs);
    this.#sampledAtMs = samples.at(-1)?.atMs ?? this.#sampledAtMs;
    const changeCount = clients.changed.length + clients.removed.length + swarms.changed.length +
      swarms.removed.length + samples.length;
    const isStatusNew = this.#status.isNew(status);
    const isVersionNew = this.#version.isNew(catalogueVersion);
    if (changeCount === 0 && shares === undefined && !isStatusNew && !isVersionNew) return undefined;
    return {
      status,
      clients: clients.changed,
      removedClients: clients.removed,
      swarms: swarms.changed,
      removedSwarms: swarms.removed,
      samples,
      catalogueVersion,
      ...(shares === undefined ? {} : { library: shares }),
      ...(library?.peerId === undefined ? {} : { libraryPeerId: library.peerId, origin: tracker.origin() }),
    };
  }
}
