/**
 * What the peer's dashboard knows, kept up to date by the live updates. The reducer is pure; components read the signals, and
 * a torrent that did not change keeps its identity, so only what changed is drawn again.
 *
 * @module
 */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { PeerStatus, PeerUpdate, ShareView, TorrentView } from "../../shared/dashboard_views.ts";
import type { ConnectionState, EventStreamOptions } from "./event_stream.ts";
import { applyChange, applyShareChange } from "./keyed_changes.ts";

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
    torrents: isFirst
      ? byInfoHash(update.torrents)
      : applyChange(state.torrents, { changed: update.torrents, removed: update.removed, keyOf }),
    shares: applyShareChange(isFirst ? [] : state.shares, update.shares),
    catalogueVersion: update.catalogueVersion,
    snapshotCount: state.snapshotCount + (isFirst ? 1 : 0),
  };
}

const keyOf = ({ infoHash }: TorrentView) => infoHash;

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
  /** Changes whenever the catalogue does; empty until known. */
  readonly catalogueVersion: ReadonlySignal<string> = computed(() => this.#state.value.catalogueVersion);

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

function byInfoHash(torrents: readonly TorrentView[]): ReadonlyMap<string, TorrentView> {
  return new Map(torrents.map((torrent) => [torrent.infoHash, torrent]));
}
