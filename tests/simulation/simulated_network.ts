/**
 * Links between simulated peers: each peer has an uplink and a downlink of a certain rate, each connection a delay. An
 * uplink serves its connections in turn, block by block; messages of one direction arrive in the order they were sent.
 *
 * @module
 */
import type { Block } from "../../shared/geometry.ts";
import type { VirtualClock } from "./virtual_clock.ts";

/** Bytes on the wire of a control message; small beside a block, so all count as one, and less than any block. */
const CONTROL_BYTES = 17;

/** How fast a peer is connected. */
export interface LinkSpeed {
  readonly uploadBytesPerSecond: number;
  readonly downloadBytesPerSecond: number;
  /** From this peer to the middle of the network, one way. */
  readonly delayMs: number;
}

/** What hears of one end of a connection. */
export interface LinkHandler {
  /** A control message arrived: runs what it carries. */
  readonly onArrival: (deliver: () => void) => void;
  /** A block is being sent now: it cannot be taken back any more. */
  readonly onSent: (block: Block) => void;
  readonly onClosed: () => void;
}

/** One peer's place in the network. */
export class NetworkPlace {
  readonly clock: VirtualClock;
  readonly speed: LinkSpeed;
  readonly #waiting: LinkEnd[] = [];
  #isSending = false;
  #downlinkFreeAtMs = 0;
  /** Bytes of blocks that left. */
  sentBytes = 0;

  /** A place that sends nothing yet. */
  constructor(clock: VirtualClock, speed: LinkSpeed) {
    this.clock = clock;
    this.speed = speed;
  }

  /** An end has a block to send. */
  enqueue(end: LinkEnd): void {
    if (!this.#waiting.includes(end)) this.#waiting.push(end);
    this.#sendNext();
  }

  /** When bytes that reach this place at `atMs` are all in. */
  receiveAt(atMs: number, byteCount: number): number {
    const startMs = Math.max(atMs, this.#downlinkFreeAtMs);
    this.#downlinkFreeAtMs = startMs + byteCount * 1000 / this.speed.downloadBytesPerSecond;
    return this.#downlinkFreeAtMs;
  }

  #sendNext(): void {
    if (this.#isSending) return;
    const end = this.#waiting.shift();
    if (end === undefined) return;
    const byteCount = end.sendBlock();
    if (byteCount === 0) return this.#sendNext();
    this.#isSending = true;
    this.sentBytes += byteCount;
    this.clock.after(byteCount * 1000 / this.speed.uploadBytesPerSecond, () => {
      this.#isSending = false;
      if (end.hasBlocks) this.#waiting.push(end);
      this.#sendNext();
    });
  }
}

interface QueuedBlock {
  readonly block: Block;
  readonly deliver: () => void;
}

/** One end of a connection: what is said here arrives at the other end. */
export class LinkEnd {
  readonly #place: NetworkPlace;
  readonly #handler: LinkHandler;
  #other: LinkEnd | undefined;
  readonly #blocks: QueuedBlock[] = [];
  #lastArrivalMs = 0;
  #busyUntilMs = 0;
  /** Blocks that left here and are not in yet: what is said meanwhile comes after them. */
  #underWayCount = 0;
  #isOpen = true;

  private constructor(place: NetworkPlace, handler: LinkHandler) {
    this.#place = place;
    this.#handler = handler;
  }

  /** Connects two places. */
  static pair(
    one: { readonly place: NetworkPlace; readonly handler: LinkHandler },
    other: { readonly place: NetworkPlace; readonly handler: LinkHandler },
  ): readonly [LinkEnd, LinkEnd] {
    const first = new LinkEnd(one.place, one.handler);
    const second = new LinkEnd(other.place, other.handler);
    first.#other = second;
    second.#other = first;
    return [first, second];
  }

  /** Whether blocks wait here. */
  get hasBlocks(): boolean {
    return this.#isOpen && this.#blocks.length > 0;
  }

  /** Sends something small: ahead of waiting blocks, behind the one that is on its way. */
  send(deliver: () => void): void {
    if (this.#isOpen) this.#arrive(Math.max(this.#place.clock.nowMs, this.#busyUntilMs), CONTROL_BYTES, deliver);
  }

  /** Queues a block. */
  queueBlock(block: Block, deliver: () => void): void {
    if (!this.#isOpen) return;
    this.#blocks.push({ block, deliver });
    this.#place.enqueue(this);
  }

  /** Takes a queued block back; false when it is on its way already. */
  cancelBlock({ piece, begin }: Block): boolean {
    const index = this.#blocks.findIndex(({ block }) => block.piece === piece && block.begin === begin);
    if (index >= 0) this.#blocks.splice(index, 1);
    return index >= 0;
  }

  /** Starts sending the next block: its bytes, 0 when there is none. */
  sendBlock(): number {
    const next = this.#isOpen ? this.#blocks.shift() : undefined;
    if (next === undefined) return 0;
    const { length } = next.block;
    const durationMs = length * 1000 / this.#place.speed.uploadBytesPerSecond;
    this.#busyUntilMs = this.#place.clock.nowMs + durationMs;
    this.#handler.onSent(next.block);
    this.#arrive(this.#busyUntilMs, length, next.deliver);
    return length;
  }

  /** Cuts the connection; the other end hears of it after the delay, nothing that is under way arrives. */
  close(): void {
    const other = this.#other;
    if (!this.#isOpen || other === undefined) return;
    this.#isOpen = false;
    this.#blocks.length = 0;
    this.#place.clock.after(this.#delayMs(other), () => {
      if (!other.#isOpen) return;
      other.#isOpen = false;
      other.#blocks.length = 0;
      other.#handler.onClosed();
    });
  }

  #delayMs(other: LinkEnd): number {
    return this.#place.speed.delayMs + other.#place.speed.delayMs;
  }

  #arrive(departureMs: number, byteCount: number, deliver: () => void): void {
    const other = this.#other;
    if (other === undefined) return;
    const reachedMs = Math.max(this.#lastArrivalMs, departureMs + this.#delayMs(other));
    this.#lastArrivalMs = reachedMs;
    const { clock } = this.#place;
    const arrive = () => {
      if (other.#isOpen && this.#isOpen) other.#handler.onArrival(deliver);
    };
    const isBlock = byteCount > CONTROL_BYTES;
    if (!isBlock && this.#underWayCount === 0) return clock.at(reachedMs, arrive);
    if (isBlock) this.#underWayCount++;
    // The downlink is shared at the moment of arrival, in the order in which things reach it.
    clock.at(reachedMs, () =>
      clock.at(other.#place.receiveAt(reachedMs, byteCount), () => {
        if (isBlock) this.#underWayCount--;
        arrive();
      }));
  }
}
