/**
 * What the dashboards know, kept up to date by the live updates. The reducer is pure; components read the signals, and
 * a torrent that did not change keeps its identity, so only what changed is drawn again.
 *
 * @module
 */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { PeerStatus, PeerUpdate, ShareView, TorrentView, TrackerUpdate } from "../../shared/dashboard_views.ts";
import type { ConnectionState, EventStreamOptions } from "./event_stream.ts";

/** Everything the peer's dashboard has been told. */
export interface PeerState {
  /** Absent until the first update. */
  readonly status: PeerStatus | undefined;
  /** By info-hash, in the order of their coming. */
  readonly torrents: ReadonlyMap<string, TorrentView>;
  readonly shares: readonly ShareView[];
  readonly catalogueVersion: string;
  /** How many whole states have arrived: grows with every reconnection. */
  readonly snapshotCount: number;
}

/** What is known before the first update: nothing. */
export const emptyPeerState: PeerState = {
  status: undefined,
  torrents: new Map(),
  shares: [],
  catalogueVersion: "",
  snapshotCount: 0,
};

/**
 * The state after an update.
 *
 * @param state the state before; it is not changed
 * @param change the update, and whether it is the first of its connection and so replaces all torrents
 */
export function applyPeerUpdate(
  state: PeerState,
  change: { readonly update: PeerUpdate; readonly isFirst: boolean },
): PeerState {
  const { update, isFirst } = change;
  return {
    status: update.status,
    torrents: isFirst ? byInfoHash(update.torrents) : applyTorrents(state.torrents, update),
    shares: update.shares ?? state.shares,
    catalogueVersion: update.catalogueVersion,
    snapshotCount: state.snapshotCount + (isFirst ? 1 : 0),
  };
}

/** The live state of the peer's dashboard. */
export class PeerStore {
  readonly #state = signal(emptyPeerState);

  /** Whether updates arrive now. */
  readonly connection: ReadonlySignal<ConnectionState>;
  /** The peer as a whole; `undefined` until the first update. */
  readonly status: ReadonlySignal<PeerStatus | undefined> = computed(() => this.#state.value.status);
  /** All torrents by info-hash. */
  readonly torrents: ReadonlySignal<ReadonlyMap<string, TorrentView>> = computed(() => this.#state.value.torrents);
  /** The shared folders. */
  readonly shares: ReadonlySignal<readonly ShareView[]> = computed(() => this.#state.value.shares);
  /** How many whole states have arrived: grows with every reconnection. */
  readonly snapshotCount: ReadonlySignal<number> = computed(() => this.#state.value.snapshotCount);
  /** Changes whenever the catalogue should be asked again: it changed, or the connection was lost meanwhile. */
  readonly catalogueVersion: ReadonlySignal<string> = computed(() =>
    `${this.#state.value.snapshotCount}/${this.#state.value.catalogueVersion}`
  );

  /**
   * Connects to the live updates.
   *
   * @param connect opens them; called once, at once
   */
  constructor(
    connect: (onUpdate: EventStreamOptions<PeerUpdate>["onUpdate"]) => {
      readonly connection: ReadonlySignal<ConnectionState>;
    },
  ) {
    this.connection = connect((update, { isFirst }) => {
      this.#state.value = applyPeerUpdate(this.#state.value, { update, isFirst });
    }).connection;
  }

  /**
   * Takes in a torrent that a call answered with, ahead of the update that will bring it.
   *
   * @param torrent the torrent
   */
  learn(torrent: TorrentView): void {
    const torrents = new Map(this.#state.value.torrents).set(torrent.infoHash, torrent);
    this.#state.value = { ...this.#state.value, torrents };
  }

  /**
   * Takes out a torrent that was removed, ahead of the update that will say so.
   *
   * @param infoHash which
   */
  forget(infoHash: string): void {
    const torrents = new Map(this.#state.value.torrents);
    torrents.delete(infoHash);
    this.#state.value = { ...this.#state.value, torrents };
  }
}

/** The live state of the tracker's dashboard: each update has all of it. */
export class TrackerStore {
  readonly #update = signal<TrackerUpdate | undefined>(undefined);

  /** Whether updates arrive now. */
  readonly connection: ReadonlySignal<ConnectionState>;
  readonly #snapshotCount = signal(0);

  /** How many connections have brought updates. */
  readonly snapshotCount: ReadonlySignal<number> = this.#snapshotCount;
  /** The latest update; `undefined` until the first. */
  readonly update: ReadonlySignal<TrackerUpdate | undefined> = this.#update;
  /** Changes whenever the catalogue may have changed: files or clients came or went. */
  readonly catalogueVersion: ReadonlySignal<string> = computed(() => {
    const update = this.#update.value;
    if (update === undefined) return "";
    const swarms = update.swarms.map((swarm) => `${swarm.infoHash.slice(0, 8)}${swarm.name === undefined ? "?" : ""}`);
    return `${update.status.instanceId}/${update.status.fileCount}/${swarms.join()}`;
  });

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
      this.#update.value = update;
      if (isFirst) this.#snapshotCount.value++;
    }).connection;
  }
}

function applyTorrents(
  torrents: ReadonlyMap<string, TorrentView>,
  update: PeerUpdate,
): ReadonlyMap<string, TorrentView> {
  if (update.torrents.length === 0 && update.removed.length === 0) return torrents;
  const next = new Map(torrents);
  for (const infoHash of update.removed) next.delete(infoHash);
  for (const torrent of update.torrents) next.set(torrent.infoHash, torrent);
  return next;
}

function byInfoHash(torrents: readonly TorrentView[]): ReadonlyMap<string, TorrentView> {
  return new Map(torrents.map((torrent) => [torrent.infoHash, torrent]));
}
