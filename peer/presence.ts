/**
 * A torrent's presence to the outside while it runs: its announces to trackers and to the ways of discovery. Invariant: a
 * private torrent (BEP 27) is known to one of its own trackers at a time and to nobody else, from the moment that its
 * metadata say so.
 *
 * @module
 */
import type { Endpoint } from "../shared/endpoint.ts";
import type { InfoHash } from "../shared/ids.ts";
import type { Discovery } from "./discovery.ts";
import type { AnnounceState } from "./net/announce_group.ts";
import type { Announcer } from "./net/announcer.ts";

/** How to make a {@link Presence}. */
export interface PresenceOptions {
  /** The engine, of which these parts are used. */
  readonly engine: {
    readonly announcer: Pick<Announcer, "add" | "remove" | "completed" | "announceSoon">;
    readonly discovery: Discovery;
  };
  readonly infoHash: InfoHash;
  /** Announce addresses in tiers (BEP 12), as they are known now: of a private torrent its own alone. */
  readonly trackers: () => readonly (readonly string[])[];
  /** Whether it is private; undefined while nobody knows. A magnet link is looked for by all ways, as everywhere. */
  readonly isPrivate: () => boolean | undefined;
  readonly state: () => AnnounceState;
  /** Trackers gave these. */
  readonly onPeers: (candidates: readonly Endpoint[]) => void;
  /** A private torrent changed to another of its trackers: those whom the one before gave are no company any more. */
  readonly onTrackerSwitched: () => void;
}

/** The presence of one torrent; absent until it is told to {@link join}. */
export class Presence {
  readonly #options: PresenceOptions;
  #isJoined = false;

  /** Says nothing yet. */
  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  /** Joins the swarm; nothing happens when it has. */
  join(): void {
    if (this.#isJoined) return;
    this.#isJoined = true;
    const { engine, infoHash, isPrivate } = this.#options;
    this.#announce();
    if (isPrivate() !== true) engine.discovery.add(infoHash);
  }

  /** The metadata are known now. What turns out private leaves every other place where it was announced. */
  noteMetadata(): void {
    const { engine, infoHash, isPrivate } = this.#options;
    if (!this.#isJoined || isPrivate() !== true) return;
    engine.discovery.remove(infoHash);
    engine.announcer.remove(infoHash);
    this.#announce();
  }

  /** Leaves the swarm; nothing happens when it has. */
  leave(): void {
    if (!this.#isJoined) return;
    this.#isJoined = false;
    const { engine, infoHash } = this.#options;
    engine.announcer.remove(infoHash);
    engine.discovery.remove(infoHash);
  }

  /** It is complete. */
  complete(): void {
    this.#options.engine.announcer.completed(this.#options.infoHash);
  }

  /** More peers would help. */
  wantPeers(): void {
    if (this.#isJoined) this.#options.engine.announcer.announceSoon(this.#options.infoHash);
  }

  #announce(): void {
    const { engine, infoHash, trackers, state, onPeers, isPrivate, onTrackerSwitched } = this.#options;
    const alone = { announceTo: "first-tier", onTrackerSwitched } as const;
    engine.announcer.add(infoHash, { trackers: trackers(), state, onPeers, ...(isPrivate() === true ? alone : {}) });
  }
}
