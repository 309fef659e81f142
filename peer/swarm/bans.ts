/**
 * Finding and remembering those who send wrong data. A wrong block that is proven (by its leaf hash, or because one peer
 * sent the whole of a wrong piece) bans at once. A wrong piece from several peers is kept as digests until the piece
 * came in right: then each block that differs names its liar.
 * Invariant: memory is bounded by {@link MAX_FAILURES} wrong pieces and {@link MAX_BANS} bans.
 *
 * @module
 */
import { type Endpoint, formatEndpoint, isLoopback, isPrivate } from "../../shared/endpoint.ts";
import type { PeerId } from "../../shared/ids.ts";
import type { Sender } from "./peer_state.ts";

/** Wrong pieces remembered: with 4 MiB pieces 256 digests each, a few MB at the worst. */
const MAX_FAILURES = 64;

/** Bans remembered; older ones are forgiven. */
const MAX_BANS = 1_000;

/** Wrong `hashes` messages until a ban: one may be a misunderstanding about proof lengths, several are not. */
const MAX_WRONG_HASHES = 3;

/** A wrong piece: who sent which block, and what it was (hex SHA-256 each). */
export interface Failure {
  readonly piece: number;
  readonly senders: readonly (Sender | undefined)[];
  readonly digests: readonly string[];
}

/** Who is banned from one torrent, and who is suspected. */
export class Bans {
  readonly #hosts = new Set<string>();
  readonly #endpoints = new Set<string>();
  readonly #peerIds = new Set<PeerId>();
  #failures: Failure[] = [];
  readonly #wrongHashes = new Map<number, number>();

  /** Endpoints banned, oldest first. */
  get endpoints(): readonly string[] {
    return [...this.#endpoints];
  }

  /** Everything remembered: bans, wrong pieces, wrong hashes. */
  get size(): number {
    return this.#hosts.size + this.#endpoints.size + this.#peerIds.size + this.#failures.length +
      this.#wrongHashes.size;
  }

  /** Whether this endpoint, or its whole address if it is a public one, is banned. */
  isBanned(endpoint: Endpoint): boolean {
    return this.#hosts.has(endpoint.host) || this.#endpoints.has(formatEndpoint(endpoint));
  }

  /** Whether the program of this peer id is banned. */
  isPeerBanned(peerId: PeerId): boolean {
    return this.#peerIds.has(peerId);
  }

  /**
   * Bans a peer. On this machine and in private networks many programs share an address, so there only its endpoints and
   * its id are banned.
   */
  ban(sender: Sender, listenEndpoint?: Endpoint): void {
    const { host } = sender.endpoint;
    if (!isLoopback(host) && !isPrivate(host)) addBounded(this.#hosts, host);
    addBounded(this.#endpoints, formatEndpoint(sender.endpoint));
    if (listenEndpoint !== undefined) addBounded(this.#endpoints, formatEndpoint(listenEndpoint));
    addBounded(this.#peerIds, sender.peerId);
  }

  /** A piece was wrong. Gives the liar if it can be only one, else remembers. */
  pieceFailed(failure: Failure): Sender | undefined {
    const senders = new Map<number, Sender>();
    for (const sender of failure.senders) {
      if (sender !== undefined) senders.set(sender.peer, sender);
    }
    const [only] = senders.values();
    if (senders.size === 1 && only !== undefined) return only;
    if (senders.size > 1) this.#failures = [...this.#failures, failure].slice(-MAX_FAILURES);
    return undefined;
  }

  /** A piece is right: gives everybody whose block of it was another one before. */
  pieceVerified(piece: number, digests: readonly string[] | undefined): readonly Sender[] {
    if (this.#failures.length === 0) return [];
    const liars = new Map<number, Sender>();
    for (const failure of this.#failures) {
      if (failure.piece !== piece || digests === undefined) continue;
      for (const [blockIndex, digest] of failure.digests.entries()) {
        const sender = failure.senders[blockIndex];
        const right = digests[blockIndex];
        if (sender !== undefined && right !== undefined && right !== digest) liars.set(sender.peer, sender);
      }
    }
    this.#failures = this.#failures.filter((failure) => failure.piece !== piece);
    return [...liars.values()];
  }

  /** A `hashes` message was wrong: whether that is enough for a ban. */
  hashesFailed(sender: Sender): boolean {
    const count = (this.#wrongHashes.get(sender.peer) ?? 0) + 1;
    this.#wrongHashes.set(sender.peer, count);
    return count >= MAX_WRONG_HASHES;
  }

  /** A peer has gone. */
  forget(sender: Sender): void {
    this.#wrongHashes.delete(sender.peer);
  }
}

function addBounded<Value>(set: Set<Value>, value: Value): void {
  set.delete(value);
  set.add(value);
  for (const oldest of set) {
    if (set.size <= MAX_BANS) return;
    set.delete(oldest);
  }
}
