/**
 * Keeps this tracker's memory and the community's store alike: what is announced here is told within a moment, what others
 * tell is taken in, and when the store is lost announces go on from memory until it is found again.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { InfoHash } from "../shared/ids.ts";
import { decodeMetainfo } from "../shared/metainfo.ts";
import type { Catalogue } from "./catalogue.ts";
import { StoreFullError } from "./catalogue_store.ts";
import { type CommunityChange, type CommunityStore, type SharedTorrent, StoreLostError } from "./community_store.ts";
import { type MeetingPoint, TorrentDeniedError } from "./meeting_point.ts";
import type { MembershipRecord } from "./membership_record.ts";
import type { Swarms } from "./swarms.ts";

/** How long an announce may be known here alone: shorter than a client takes to turn to another tracker. */
const TELL_EVERY_MS = 100;

/** Members told at once: a millisecond or two of work. */
const MEMBERS_AT_ONCE = 1000;

/** Torrents that somebody has are told again so often, so that the store does not forget them. */
const TORRENTS_EVERY_MS = 60 * 60_000;

const logger = getLogger(["playswarm", "tracker", "store"]);

/** What a {@link Community} is made of. */
export interface CommunityOptions {
  readonly store: CommunityStore;
  readonly swarms: Swarms;
  readonly catalogue: Catalogue;
  readonly meeting: MeetingPoint;
  /** Milliseconds on the clock of leases. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly date: () => number;
}

/** Follows a store until disposed of; the store belongs to it. */
export class Community implements AsyncDisposable {
  readonly #options: CommunityOptions;
  readonly #torrents = new Set<InfoHash>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #torrentsAtMs: number;
  #work: Promise<void> = Promise.resolve();
  #isLost = false;
  #isTakingIn = false;
  #isClosed = false;

  private constructor(options: CommunityOptions) {
    this.#options = options;
    this.#torrentsAtMs = options.date();
  }

  /** Takes in all that the store has, and follows it from then on. */
  static async join(options: CommunityOptions): Promise<Community> {
    const community = new Community(options);
    const { store, swarms } = options;
    store.watch({
      changed: (change) => community.#takeIn(change),
      connected: (isConnected) => isConnected ? community.#found() : community.#lost(),
    });
    swarms.copy.watch();
    await community.#load();
    community.#schedule();
    return community;
  }

  /** Whether the store can be reached. */
  get isConnected(): boolean {
    return !this.#isLost && this.#options.store.isConnected;
  }

  /** A torrent became known here. */
  noteTorrent(infoHash: InfoHash): void {
    if (!this.#isTakingIn) this.#torrents.add(infoHash);
  }

  /** Tells the last changes, and leaves. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#work;
    await this.#tell();
    await this.#options.store[Symbol.asyncDispose]();
  }

  #schedule(): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#work = this.#tell().finally(() => this.#schedule());
    }, TELL_EVERY_MS);
  }

  /** Tells everything that changed, some at a time. */
  async #tell(): Promise<void> {
    const { store, swarms } = this.#options;
    this.#noteHeldTorrents();
    while (true) {
      const { gone, kept, named } = swarms.copy.take(MEMBERS_AT_ONCE);
      const torrents = [...this.#torrents].slice(0, MEMBERS_AT_ONCE);
      const changes: CommunityChange[] = [
        ...gone.map((member) => ({ type: "gone", member } as const)),
        ...kept.map((member) => ({ type: "kept", member: this.#atDate(member) } as const)),
        ...named.map((client) => ({ type: "named", client } as const)),
        ...torrents.flatMap((infoHash) => this.#torrentChange(infoHash)),
      ];
      // While the store is lost what changed is dropped: when it is found it is told everything.
      if (changes.length === 0 || !store.isConnected) return;
      try {
        await store.publish(changes);
        for (const infoHash of torrents) this.#torrents.delete(infoHash);
      } catch (error) {
        if (!(error instanceof StoreLostError)) throw error;
        this.#lost();
        return;
      }
    }
  }

  #noteHeldTorrents(): void {
    const { catalogue, swarms, date } = this.#options;
    if (date() - this.#torrentsAtMs < TORRENTS_EVERY_MS) return;
    this.#torrentsAtMs = date();
    for (const { infoHash } of swarms.swarms()) if (catalogue.heldTorrent(infoHash)) this.#torrents.add(infoHash);
  }

  #torrentChange(infoHash: InfoHash): readonly CommunityChange[] {
    const { catalogue } = this.#options;
    const known = catalogue.find(infoHash);
    const bytes = catalogue.torrentBytes(infoHash);
    if (known === undefined || bytes === undefined) return [];
    const kind = known.isKindClaimed ? { kind: known.kind } : {};
    return [{ type: "torrent", torrent: { infoHash, bytes, ...kind } }];
  }

  async #load(): Promise<void> {
    try {
      for await (const change of this.#options.store.load()) this.#takeIn(change);
    } catch (error) {
      if (!(error instanceof StoreLostError)) throw error;
      this.#lost();
    }
  }

  #takeIn(change: CommunityChange): void {
    const { meeting } = this.#options;
    switch (change.type) {
      case "kept":
        return meeting.restoreMember(this.#atClock(change.member));
      case "gone":
        return meeting.removeMember(change.member);
      case "named":
        return meeting.restoreName(change.client);
      case "torrent":
        return this.#takeTorrent(change.torrent);
    }
  }

  #takeTorrent({ bytes, kind }: SharedTorrent): void {
    this.#isTakingIn = true;
    try {
      this.#options.meeting.putTorrent(decodeMetainfo(bytes), kind === undefined ? {} : { kind });
    } catch (error) {
      // No room here, or not wanted here: the others keep it.
      if (!(error instanceof StoreFullError || error instanceof TorrentDeniedError)) throw error;
      logger.warn("{message}", { message: error.message });
    } finally {
      this.#isTakingIn = false;
    }
  }

  #lost(): void {
    if (this.#isLost || this.#isClosed) return;
    this.#isLost = true;
    logger.warn("The store is lost: announces go on from memory, other trackers do not hear of them");
  }

  /** What was announced meanwhile is told, and what others told meanwhile is taken in. */
  #found(): void {
    if (!this.#isLost || this.#isClosed) return;
    this.#isLost = false;
    logger.warn("The store is found again");
    const { swarms, catalogue } = this.#options;
    swarms.copy.noteAll();
    for (const { infoHash } of swarms.swarms()) if (catalogue.heldTorrent(infoHash)) this.#torrents.add(infoHash);
    this.#work = this.#work.then(() => this.#load());
  }

  #atDate(member: MembershipRecord): MembershipRecord {
    const { now, date } = this.#options;
    return { ...member, leaseEndsAtMs: member.leaseEndsAtMs - now() + date() };
  }

  #atClock(member: MembershipRecord): MembershipRecord {
    const { now, date } = this.#options;
    return { ...member, leaseEndsAtMs: member.leaseEndsAtMs - date() + now() };
  }
}
