/**
 * Where several trackers of one community keep what they have in common: who is in which swarm until when, and the verified
 * torrents. Each tracker answers from its own memory, which follows the store; the store is what survives any of them.
 *
 * @module
 */
import type { InfoHash } from "../shared/ids.ts";
import type { MediaKind } from "../shared/media_kind.ts";
import type { MembershipName, MembershipRecord } from "./membership_record.ts";
import type { NamedClient } from "./named_client.ts";

/** A verified torrent, as one tracker tells it another. */
export interface SharedTorrent {
  readonly infoHash: InfoHash;
  /** The .torrent file. */
  readonly bytes: Uint8Array;
  /** What somebody who has the content found it to be. */
  readonly kind?: MediaKind;
}

/** Something that one tracker learnt. Moments are milliseconds since 1970, as other machines know no others. */
export type CommunityChange =
  | { readonly type: "kept"; readonly member: MembershipRecord }
  | { readonly type: "gone"; readonly member: MembershipName }
  | { readonly type: "named"; readonly client: NamedClient }
  | { readonly type: "torrent"; readonly torrent: SharedTorrent };

/** The store cannot be reached: whoever needs it goes on without. */
export class StoreLostError extends Error {
  /** Always `StoreLostError`. */
  override readonly name = "StoreLostError";
}

/** One tracker's access to the store. */
export interface CommunityStore extends AsyncDisposable {
  /** Whether it can be reached now. */
  readonly isConnected: boolean;
  /**
   * All that is there: members whose client's lease is not over, each client's name after its members, and torrents that
   * somebody had lately.
   *
   * @throws {StoreLostError} when it cannot be reached
   */
  load(): AsyncIterable<CommunityChange>;
  /**
   * Keeps these changes, and tells the other trackers of them, in this order.
   *
   * @throws {StoreLostError} when it cannot be reached
   */
  publish(changes: readonly CommunityChange[]): Promise<void>;
  /** Tells of what other trackers publish from now on, and each time that the store is lost (false) or found (true). */
  watch(watcher: CommunityWatcher): void;
}

/** Who follows the store. */
export interface CommunityWatcher {
  /** Another tracker learnt something. */
  changed(change: CommunityChange): void;
  /** The store was lost or found. */
  connected(isConnected: boolean): void;
}

/** How long a torrent is kept that nobody publishes again: a day longer than a catalogue remembers what nobody has. */
export const KEEP_TORRENT_MS: number = 8 * 24 * 60 * 60 * 1000;
