/**
 * A community's store in this process: for several trackers of one program, and the measure of what a store does.
 *
 * @module
 */
import { formatEndpoint } from "../shared/endpoint.ts";
import type { InfoHash } from "../shared/ids.ts";
import {
  type CommunityChange,
  type CommunityStore,
  type CommunityWatcher,
  KEEP_TORRENT_MS,
  type SharedTorrent,
} from "./community_store.ts";
import type { MembershipRecord } from "./membership_record.ts";
import type { NamedClient } from "./named_client.ts";
import type { ClientName } from "./swarm_registry.ts";

/** What is kept; each tracker has an access of its own. */
export class MemoryCommunity {
  readonly #now: () => number;
  /** Of each client its memberships. */
  readonly #clients = new Map<string, Map<InfoHash, MembershipRecord>>();
  readonly #names = new Map<string, NamedClient>();
  readonly #torrents = new Map<InfoHash, { readonly torrent: SharedTorrent; readonly endsAtMs: number }>();
  readonly #accesses = new Set<MemoryStore>();

  /** Empty; `now` in milliseconds since 1970. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Another tracker's access. */
  connect(): CommunityStore {
    const access = new MemoryStore({
      load: () => this.#all(),
      publish: (changes) => {
        for (const change of changes) this.#keep(change);
        for (const other of this.#accesses) if (other !== access) other.tell(changes);
      },
      close: () => this.#accesses.delete(access),
    });
    this.#accesses.add(access);
    return access;
  }

  *#all(): Iterable<CommunityChange> {
    const nowMs = this.#now();
    for (const [key, members] of this.#clients) {
      // A client is here as long as its longest lease.
      if (![...members.values()].some(({ leaseEndsAtMs }) => leaseEndsAtMs > nowMs)) continue;
      for (const member of members.values()) yield { type: "kept", member };
      const client = this.#names.get(key);
      if (client !== undefined) yield { type: "named", client };
    }
    for (const { torrent, endsAtMs } of this.#torrents.values()) {
      if (endsAtMs > nowMs) yield { type: "torrent", torrent };
    }
  }

  #keep(change: CommunityChange): void {
    switch (change.type) {
      case "kept": {
        const key = keyOf(change.member);
        const members = this.#clients.get(key) ?? new Map<InfoHash, MembershipRecord>();
        this.#clients.set(key, members.set(change.member.infoHash, change.member));
        break;
      }
      case "gone": {
        const members = this.#clients.get(keyOf(change.member));
        members?.delete(change.member.infoHash);
        if (members?.size === 0) this.#forget(keyOf(change.member));
        break;
      }
      case "named": {
        const key = keyOf(change.client);
        if (change.client.displayName === "" || !this.#clients.has(key)) this.#names.delete(key);
        else this.#names.set(key, change.client);
        break;
      }
      case "torrent":
        this.#torrents.set(change.torrent.infoHash, {
          torrent: change.torrent,
          endsAtMs: this.#now() + KEEP_TORRENT_MS,
        });
        break;
    }
  }

  #forget(key: string): void {
    this.#clients.delete(key);
    this.#names.delete(key);
  }
}

interface AccessToCommunity {
  readonly load: () => Iterable<CommunityChange>;
  readonly publish: (changes: readonly CommunityChange[]) => void;
  readonly close: () => void;
}

/** One tracker's access. */
class MemoryStore implements CommunityStore {
  readonly isConnected = true;
  readonly #community: AccessToCommunity;
  #watcher: CommunityWatcher | undefined;

  constructor(community: AccessToCommunity) {
    this.#community = community;
  }

  async *load(): AsyncIterable<CommunityChange> {
    yield* this.#community.load();
  }

  publish(changes: readonly CommunityChange[]): Promise<void> {
    this.#community.publish(changes);
    return Promise.resolve();
  }

  watch(watcher: CommunityWatcher): void {
    this.#watcher = watcher;
  }

  tell(changes: readonly CommunityChange[]): void {
    for (const change of changes) this.#watcher?.changed(change);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#community.close();
    return Promise.resolve();
  }
}

function keyOf(client: ClientName): string {
  return `${client.peerId} ${formatEndpoint(client)}`;
}
