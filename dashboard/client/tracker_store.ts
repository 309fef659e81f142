/**
 * What the tracker's dashboard knows, kept up to date by the live updates. The reducer is pure; components read the
 * signals.
 *
 * @module
 */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { ShareView } from "../../shared/dashboard_views.ts";
import {
  clientKey,
  type ClientView,
  type OriginView,
  type SwarmView,
  type TrackerStatus,
  type TrackerUpdate,
  type TrafficSample,
} from "../../shared/tracker_dashboard_views.ts";
import type { ConnectionState, EventStreamOptions } from "./event_stream.ts";
import { applyChange, applyShareChange } from "./keyed_changes.ts";

/** Everything the tracker's dashboard has been told. */
export interface TrackerState {
  readonly status: TrackerStatus;
  /** By {@link clientKey}, in the order of their coming. */
  readonly clients: ReadonlyMap<string, ClientView>;
  /** By info-hash. */
  readonly swarms: ReadonlyMap<string, SwarmView>;
  readonly library: readonly ShareView[];
  /** Which of the clients is the tracker's own library; absent when it announces nothing. */
  readonly libraryPeerId: string | undefined;
  /** What the library gave, and what the peers saved it; absent when there is none. */
  readonly origin: OriginView | undefined;
  /** The last hour, the oldest first. */
  readonly samples: readonly TrafficSample[];
  readonly catalogueVersion: string;
}

/** As many spans as the tracker itself keeps: an hour. */
const MAX_SAMPLES = 360;

/**
 * The state after an update.
 *
 * @param state the state before, `undefined` when nothing is known or all is replaced
 * @param update the update
 */
export function applyTrackerUpdate(state: TrackerState | undefined, update: TrackerUpdate): TrackerState {
  return {
    status: update.status,
    clients: applyChange<ClientView>(state?.clients ?? new Map(), {
      changed: update.clients,
      removed: update.removedClients,
      keyOf: clientKey,
    }),
    swarms: applyChange(state?.swarms ?? new Map(), {
      changed: update.swarms,
      removed: update.removedSwarms,
      keyOf: ({ infoHash }) => infoHash,
    }),
    library: applyShareChange(state?.library ?? [], update.library),
    libraryPeerId: update.libraryPeerId,
    origin: update.origin,
    samples: update.samples.length === 0
      ? state?.samples ?? []
      : [...state?.samples ?? [], ...update.samples].slice(-MAX_SAMPLES),
    catalogueVersion: update.catalogueVersion,
  };
}

/** The live state of the tracker's dashboard. */
export class TrackerStore {
  readonly #state = signal<TrackerState | undefined>(undefined);
  readonly #snapshotCount = signal(0);

  /** Whether updates arrive now. */
  readonly connection: ReadonlySignal<ConnectionState>;
  /** How many connections have brought updates. */
  readonly snapshotCount: ReadonlySignal<number> = this.#snapshotCount;
  /** What is known; `undefined` until the first update. */
  readonly state: ReadonlySignal<TrackerState | undefined> = this.#state;
  /** The tracker's own folders. */
  readonly library: ReadonlySignal<readonly ShareView[]> = computed(() => this.#state.value?.library ?? []);
  /** Changes whenever the catalogue does; empty until known. */
  readonly catalogueVersion: ReadonlySignal<string> = computed(() => this.#state.value?.catalogueVersion ?? "");

  /**
   * Connects to the live updates.
   *
   * @param connect opens them; called once, at once
   */
  constructor(
    connect: (onUpdate: EventStreamOptions<TrackerUpdate>["onUpdate"]) => {
      readonly connection: ReadonlySignal<ConnectionState>;
    },
  ) {
    this.connection = connect((update, { isFirst }) => {
      this.#state.value = applyTrackerUpdate(isFirst ? undefined : this.#state.value, update);
      if (isFirst) this.#snapshotCount.value++;
    }).connection;
  }
}
