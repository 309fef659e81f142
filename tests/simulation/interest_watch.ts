/**
 * In whom a machine has to be interested: those who have a piece that is missing here. Follows every event in steps of one
 * piece, so that it can be checked after each.
 *
 * @module
 */
import { Bitfield } from "../../shared/bitfield.ts";
import type { ControlMessage } from "../../shared/wire/peer_message.ts";
import type { PeerKey } from "../../peer/swarm/swarm_event.ts";
import { must } from "./must.ts";

/** What is watched of one peer. */
export interface InterestingPeer {
  /** Undefined until the metadata is known. */
  pieces: Bitfield | undefined;
  /** What the machine said. */
  areWeInterested: boolean;
  /** Pieces it has that are missing here. */
  interestingCount: number;
}

/** The rule about interest of one machine. */
export class InterestWatch {
  readonly #peers: ReadonlyMap<PeerKey, InterestingPeer>;
  /** What is verified here. */
  verified: Bitfield = new Bitfield(0);
  #wanted = new Bitfield(0);
  #demanded: ReadonlySet<number> = new Set();
  /** Peers in which the interest may have changed by the event being checked. */
  readonly #changed = new Set<InterestingPeer>();

  /** Over the peers that another watch keeps. */
  constructor(peers: ReadonlyMap<PeerKey, InterestingPeer>) {
    this.#peers = peers;
  }

  /** The metadata is known; the bitfields become the watch's own. */
  begin(verified: Bitfield, wanted: Bitfield): void {
    this.verified = verified;
    this.#wanted = wanted;
  }

  /** Other pieces are wanted; the bitfield becomes the watch's own. */
  want(wanted: Bitfield): void {
    this.#wanted = wanted;
    this.recount();
  }

  /** Other pieces are demanded; takes effect with the next {@link InterestWatch.recount}. */
  demand(pieces: Iterable<number>): void {
    this.#demanded = new Set(pieces);
  }

  /** Whether the user or a player wants the piece. */
  isWanted(piece: number): boolean {
    return this.#wanted.has(piece) || this.#demanded.has(piece);
  }

  /** A piece is verified. */
  verify(piece: number): void {
    const wasMissing = this.#isMissing(piece);
    this.verified.set(piece);
    if (!wasMissing) return;
    for (const peer of this.#peers.values()) {
      if (peer.pieces?.has(piece) === true && --peer.interestingCount === 0) this.#changed.add(peer);
    }
  }

  /** A peer says what it has. Takes illegal words in as far as it can: the machine has let those peers go. */
  hear(
    peer: InterestingPeer,
    message: Extract<ControlMessage, { readonly type: "have" | "have-all" | "bitfield" }>,
  ): void {
    const { pieces } = peer;
    if (pieces === undefined) return;
    const add = (piece: number) => {
      if (pieces.set(piece) && this.#isMissing(piece) && ++peer.interestingCount === 1) this.#changed.add(peer);
    };
    if (message.type === "have") {
      if (message.piece < pieces.length) add(message.piece);
      return;
    }
    for (let piece = 0; piece < pieces.length; piece++) {
      const bit = message.type === "bitfield" ? (message.bytes[piece >> 3] ?? 0) & (0x80 >> (piece & 7)) : 0;
      if (message.type === "have-all" || bit !== 0) add(piece);
    }
  }

  /** Counts everything from scratch. */
  recount(): void {
    for (const peer of this.#peers.values()) {
      peer.interestingCount = 0;
      for (let piece = 0; piece < this.verified.length; piece++) {
        if (this.#isMissing(piece) && peer.pieces?.has(piece) === true) peer.interestingCount++;
      }
      this.#changed.add(peer);
    }
  }

  /** To be called after every event: compares what changed with what the machine said. */
  check(): void {
    if (this.#changed.size === 0) return;
    for (const [key, peer] of this.#peers) {
      if (!this.#changed.has(peer)) continue;
      must(peer.areWeInterested === peer.interestingCount > 0, () => `interest in peer ${key} is out of date`);
    }
    this.#changed.clear();
  }

  #isMissing(piece: number): boolean {
    return !this.verified.has(piece) && this.isWanted(piece);
  }
}
