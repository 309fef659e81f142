/**
 * Fetching the info dictionary of a magnet from several peers at once (BEP 9), as a state machine. Peers may lie about
 * its length and about its bytes: each claimed length is believed one after the other, most claimed first, and when the
 * bytes of several peers together are wrong, they are fetched again from one peer alone, so that it is clear who lies.
 * Invariants: a peer has at most {@link MAX_IN_FLIGHT} requests in flight, a piece at most one at a peer; only pieces
 * that were requested are kept; memory is bounded by one dictionary of {@link MAX_INFO_LENGTH}.
 *
 * @module
 */
import { assertNever } from "../../shared/assert_never.ts";
import { MAX_INFO_LENGTH } from "../../shared/metainfo.ts";
import { METADATA_PIECE_LENGTH } from "../../shared/wire/metadata_message.ts";
import type { PeerKey } from "./swarm_event.ts";

/** Requests in flight to one peer: the pieces are 16 KiB, a whole dictionary is rarely more than a dozen. */
const MAX_IN_FLIGHT = 4;

/** A request not answered in this time is given to another peer. */
const TIMEOUT_MS = 5_000;

/** A peer that rejected is asked again after this: it may be fetching the metadata itself. */
const REJECT_PAUSE_MS = 10_000;

/** What happens to a metadata machine. */
export type MetadataEvent =
  /** The peer's extension handshake offers ut_metadata with this `metadata_size`. */
  | { readonly type: "metadata-offered"; readonly peer: PeerKey; readonly length: number }
  | { readonly type: "peer-disconnected"; readonly peer: PeerKey }
  /** Metadata arrived. `data` is copied. */
  | {
    readonly type: "metadata-received";
    readonly peer: PeerKey;
    readonly piece: number;
    readonly totalLength: number;
    readonly data: Uint8Array;
  }
  | { readonly type: "metadata-rejected"; readonly peer: PeerKey; readonly piece: number }
  /** The bytes of the last `metadata-complete` do not have the info-hash. */
  | { readonly type: "metadata-wrong" }
  | { readonly type: "tick" };

/** What a metadata machine wants done. */
export type MetadataEffect =
  | { readonly type: "request-metadata"; readonly peer: PeerKey; readonly piece: number }
  /** All pieces are here: check them against the info-hash. The bytes are the receiver's. */
  | { readonly type: "metadata-complete"; readonly bytes: Uint8Array }
  /** This peer alone sent metadata that is wrong: drop it and do not come back. */
  | { readonly type: "metadata-liar"; readonly peer: PeerKey; readonly reason: string };

interface MetadataPeer {
  readonly key: PeerKey;
  readonly length: number;
  /** Pieces in flight and since when. */
  readonly requests: Map<number, number>;
  pausedUntilMs: number;
  timeoutCount: number;
}

/** The pieces of one length that is being tried. */
interface Attempt {
  readonly length: number;
  readonly pieces: (Uint8Array | undefined)[];
  readonly senders: Set<PeerKey>;
  /** The only peer that may answer, when the peers are being told apart. */
  readonly only: PeerKey | undefined;
  isDelivered: boolean;
}

/** Fetches one info dictionary. */
export class MetadataMachine {
  readonly #peers = new Map<PeerKey, MetadataPeer>();
  /** Connected peers that were alone responsible for wrong bytes. */
  readonly #liars = new Set<PeerKey>();
  /** Whether the bytes of several peers were wrong once. */
  #isTellingApart = false;
  readonly #triedAlone = new Set<PeerKey>();
  #attempt: Attempt | undefined;
  #effects: MetadataEffect[] = [];
  #nowMs = 0;

  /** Whether all pieces are delivered and nothing was said against them. */
  get isComplete(): boolean {
    return this.#attempt?.isDelivered ?? false;
  }

  /**
   * Takes one event in.
   *
   * @param now milliseconds on any clock that does not run backwards
   * @returns what to do, in order; the array is the caller's
   */
  handle(event: MetadataEvent, now: number): readonly MetadataEffect[] {
    this.#nowMs = Math.max(now, this.#nowMs);
    this.#effects = [];
    switch (event.type) {
      case "metadata-offered":
        this.#offered(event.peer, event.length);
        break;
      case "peer-disconnected":
        this.#peers.delete(event.peer);
        this.#liars.delete(event.peer);
        this.#triedAlone.delete(event.peer);
        if (this.#attempt?.only === event.peer && !this.#attempt.isDelivered) this.#attempt = undefined;
        break;
      case "metadata-received":
        this.#received(event);
        break;
      case "metadata-rejected": {
        const peer = this.#peers.get(event.peer);
        if (peer?.requests.delete(event.piece) === true) peer.pausedUntilMs = this.#nowMs + REJECT_PAUSE_MS;
        break;
      }
      case "metadata-wrong":
        this.#wrong();
        break;
      case "tick":
        this.#expire();
        break;
      default:
        assertNever(event);
    }
    this.#request();
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  #offered(key: PeerKey, length: number): void {
    if (!(Number.isInteger(length) && length > 0 && length <= MAX_INFO_LENGTH)) return;
    if (this.#liars.has(key) || this.#peers.has(key)) return;
    this.#peers.set(key, { key, length, requests: new Map(), pausedUntilMs: 0, timeoutCount: 0 });
  }

  #received(event: Extract<MetadataEvent, { readonly type: "metadata-received" }>): void {
    const peer = this.#peers.get(event.peer);
    const attempt = this.#attempt;
    if (peer === undefined || !peer.requests.delete(event.piece) || attempt === undefined) return;
    const { piece, data, totalLength } = event;
    const expectedLength = Math.min(METADATA_PIECE_LENGTH, attempt.length - piece * METADATA_PIECE_LENGTH);
    if (totalLength !== attempt.length || data.length !== expectedLength || peer.length !== attempt.length) {
      return this.#expose(peer.key, "it sends metadata of another length than it said");
    }
    peer.timeoutCount = 0;
    if (attempt.isDelivered || attempt.pieces[piece] !== undefined) return;
    attempt.pieces[piece] = data.slice();
    attempt.senders.add(peer.key);
    if (attempt.pieces.every((part) => part !== undefined)) this.#deliver(attempt);
  }

  #deliver(attempt: Attempt): void {
    const bytes = new Uint8Array(attempt.length);
    for (const [index, part] of attempt.pieces.entries()) {
      if (part !== undefined) bytes.set(part, index * METADATA_PIECE_LENGTH);
    }
    attempt.isDelivered = true;
    attempt.pieces.fill(undefined);
    this.#effects.push({ type: "metadata-complete", bytes });
  }

  #wrong(): void {
    const attempt = this.#attempt;
    if (attempt === undefined || !attempt.isDelivered) return;
    this.#attempt = undefined;
    const [only] = attempt.senders;
    if (attempt.senders.size === 1 && only !== undefined) {
      this.#expose(only, "its metadata does not have the info-hash");
    } else this.#isTellingApart = true;
  }

  #expose(key: PeerKey, reason: string): void {
    this.#liars.add(key);
    this.#peers.delete(key);
    if (this.#attempt?.only === key) this.#attempt = undefined;
    this.#effects.push({ type: "metadata-liar", peer: key, reason });
  }

  #expire(): void {
    for (const peer of this.#peers.values()) {
      for (const [piece, sentAtMs] of peer.requests) {
        if (this.#nowMs - sentAtMs < TIMEOUT_MS * 2 ** peer.timeoutCount) continue;
        peer.requests.delete(piece);
        peer.timeoutCount = Math.min(4, peer.timeoutCount + 1);
        peer.pausedUntilMs = this.#nowMs + TIMEOUT_MS;
        // One that is silent must not keep the others from being tried alone.
        if (this.#attempt?.only === peer.key) this.#attempt = undefined;
      }
    }
  }

  #request(): void {
    this.#attempt ??= this.#nextAttempt();
    const attempt = this.#attempt;
    if (attempt === undefined || attempt.isDelivered) return;
    const isHelped = [...this.#peers.values()].some((peer) => peer.length === attempt.length);
    if (!isHelped) {
      // Nobody is left who claims this length: what came is worth keeping only as long as nobody claims another.
      if (this.#peers.size === 0) return;
      this.#attempt = this.#nextAttempt();
      return this.#attempt === undefined ? undefined : this.#request();
    }
    const helpers = [...this.#peers.values()].filter((peer) => this.#mayAsk(peer, attempt));
    // One request each, round after round, so that the work is spread.
    for (let round = 0; round < MAX_IN_FLIGHT; round++) {
      for (const peer of helpers) {
        if (peer.requests.size > round) continue;
        const piece = this.#nextPiece(attempt);
        if (piece === undefined) return;
        peer.requests.set(piece, this.#nowMs);
        this.#effects.push({ type: "request-metadata", peer: peer.key, piece });
      }
    }
  }

  #mayAsk(peer: MetadataPeer, attempt: Attempt): boolean {
    if (attempt.only !== undefined && attempt.only !== peer.key) return false;
    return peer.length === attempt.length && this.#nowMs >= peer.pausedUntilMs;
  }

  #nextPiece(attempt: Attempt): number | undefined {
    for (const [piece, part] of attempt.pieces.entries()) {
      if (part !== undefined) continue;
      if (![...this.#peers.values()].some((peer) => peer.requests.has(piece))) return piece;
    }
    return undefined;
  }

  #nextAttempt(): Attempt | undefined {
    const peers = [...this.#peers.values()];
    if (this.#isTellingApart) {
      if (peers.length > 0 && peers.every((peer) => this.#triedAlone.has(peer.key))) this.#triedAlone.clear();
      const next = peers.find((peer) => !this.#triedAlone.has(peer.key) && this.#nowMs >= peer.pausedUntilMs);
      if (next === undefined) return undefined;
      this.#triedAlone.add(next.key);
      for (const peer of peers) peer.requests.clear();
      return newAttempt(next.length, next.key);
    }
    const claims = new Map<number, number>();
    for (const { length } of peers) claims.set(length, (claims.get(length) ?? 0) + 1);
    const [best] = [...claims].sort((one, other) => other[1] - one[1]);
    return best === undefined ? undefined : newAttempt(best[0], undefined);
  }
}

function newAttempt(length: number, only: PeerKey | undefined): Attempt {
  const pieceCount = Math.ceil(length / METADATA_PIECE_LENGTH);
  const pieces = new Array<Uint8Array | undefined>(pieceCount).fill(undefined);
  return { length, pieces, senders: new Set(), only, isDelivered: false };
}
