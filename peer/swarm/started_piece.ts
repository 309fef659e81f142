/**
 * A piece that is being fetched: the state of each block, who is asked for it and who sent it. Made when the first block
 * is requested, dropped when the piece is verified.
 * Invariant: `freeCount` and `missingCount` are the counts of the blocks in those states; a block in state requested has
 * at least one request, every other none.
 *
 * @module
 */
import type { OpenRequest, PeerState, Sender } from "./peer_state.ts";

/** Nobody is asked for the block. */
export const BLOCK_FREE = 0;
/** At least one request for the block is in flight. */
export const BLOCK_REQUESTED = 1;
/** The storage has the block; whether it is right is not known. */
const BLOCK_RECEIVED = 2;
/** The storage has the block and its leaf hash is right (BEP 52). */
const BLOCK_VERIFIED = 3;

/** The blocks of one unfinished piece. */
export class StartedPiece {
  readonly piece: number;
  readonly blockCount: number;
  readonly #states: Uint8Array;
  readonly #requests: (OpenRequest | undefined)[];
  /** Who sent each block that is here. */
  readonly senders: (Sender | undefined)[];
  /** The only peer that is asked for it, or undefined when all who have it share the work. */
  owner: PeerState | undefined;
  /** It failed before: one peer alone shall send it, so that it is clear who lies. */
  readonly isExclusive: boolean;
  #freeCount: number;
  #missingCount: number;
  #isCheckedByBlock = false;
  /** No block before it is free. */
  #firstFree = 0;

  /** All blocks free. */
  constructor(piece: number, options: { readonly blockCount: number; readonly isExclusive: boolean }) {
    this.piece = piece;
    this.blockCount = options.blockCount;
    this.isExclusive = options.isExclusive;
    this.#states = new Uint8Array(options.blockCount);
    this.#requests = new Array<OpenRequest | undefined>(options.blockCount).fill(undefined);
    this.senders = new Array<Sender | undefined>(options.blockCount).fill(undefined);
    this.#freeCount = options.blockCount;
    this.#missingCount = options.blockCount;
  }

  /** Blocks nobody is asked for. */
  get freeCount(): number {
    return this.#freeCount;
  }

  /** Blocks that are not here. */
  get missingCount(): number {
    return this.#missingCount;
  }

  /** Whether every block is here. */
  get isComplete(): boolean {
    return this.#missingCount === 0;
  }

  /** Whether its leaf hashes are here: a player gets each block as it comes, and needs none of those before its own. */
  get isCheckedByBlock(): boolean {
    return this.#isCheckedByBlock;
  }

  /** The state of a block: one of the `BLOCK_` constants. */
  state(blockIndex: number): number {
    return this.#states[blockIndex] ?? BLOCK_FREE;
  }

  /** The newest request for a block; others follow through `next`. */
  requestOf(blockIndex: number): OpenRequest | undefined {
    return this.#requests[blockIndex];
  }

  /** The first free block at or after `from`, else the first free one at all, else -1. */
  nextFree(from: number): number {
    if (this.#freeCount === 0) return -1;
    const states = this.#states;
    for (let index = Math.max(from, this.#firstFree); index < states.length; index++) {
      if (states[index] === BLOCK_FREE) {
        if (from <= this.#firstFree) this.#firstFree = index;
        return index;
      }
    }
    const index = states.indexOf(BLOCK_FREE, this.#firstFree);
    if (index >= 0) this.#firstFree = index;
    return index;
  }

  /** Notes that a peer is asked for a block that is free or requested of others. */
  addRequest(blockIndex: number, request: OpenRequest): void {
    if (this.#states[blockIndex] === BLOCK_FREE) {
      this.#states[blockIndex] = BLOCK_REQUESTED;
      this.#freeCount--;
    }
    request.next = this.#requests[blockIndex];
    this.#requests[blockIndex] = request;
  }

  /** Takes a request back; the block is free again if it was the last one. */
  removeRequest(blockIndex: number, request: OpenRequest): void {
    const head = this.#requests[blockIndex];
    if (head === request) {
      this.#requests[blockIndex] = request.next;
    } else {
      for (let other = head; other !== undefined; other = other.next) {
        if (other.next === request) other.next = request.next;
      }
    }
    request.next = undefined;
    if (this.#requests[blockIndex] === undefined && this.#states[blockIndex] === BLOCK_REQUESTED) {
      this.#states[blockIndex] = BLOCK_FREE;
      this.#freeCount++;
      if (blockIndex < this.#firstFree) this.#firstFree = blockIndex;
    }
  }

  /**
   * A block came in.
   *
   * @returns the first of the requests that are still in flight for it, to be cancelled
   */
  receive(blockIndex: number, sender: Sender): OpenRequest | undefined {
    const others = this.#requests[blockIndex];
    this.#requests[blockIndex] = undefined;
    if (this.#states[blockIndex] === BLOCK_FREE) this.#freeCount--;
    this.#states[blockIndex] = BLOCK_RECEIVED;
    this.senders[blockIndex] = sender;
    this.#missingCount--;
    return others;
  }

  /** The leaf hash of a block is right. */
  verify(blockIndex: number): void {
    this.#isCheckedByBlock = true;
    if (this.#states[blockIndex] === BLOCK_RECEIVED) this.#states[blockIndex] = BLOCK_VERIFIED;
  }

  /** A block that is here turned out to be wrong: it is free again. */
  reset(blockIndex: number): void {
    if (this.#states[blockIndex] !== BLOCK_RECEIVED) return;
    this.#states[blockIndex] = BLOCK_FREE;
    this.senders[blockIndex] = undefined;
    this.#freeCount++;
    this.#missingCount++;
    if (blockIndex < this.#firstFree) this.#firstFree = blockIndex;
  }
}
