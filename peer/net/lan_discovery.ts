/**
 * Finds peers on the local network (BEP 14): says which torrents are here, and hears what others say. Invariant: one
 * torrent is announced at most once a minute, and one message goes out a second, however many torrents there are.
 *
 * A torrent that is here is announced at once, again after a minute for those who came meanwhile, and then every five
 * minutes. Who hears of a torrent that it has announces it too, if it did not within the last minute: the newcomer then
 * dials, and seeders need not dial each other to learn that they are two. As that also puts off everybody's next regular
 * announce, all holders of a torrent soon speak together, once in five minutes. A newcomer whom the minute forbids to
 * answer is to be dialled instead.
 * @module
 */

import { type Endpoint, formatEndpoint } from "../../shared/endpoint.ts";
import type { InfoHash } from "../../shared/ids.ts";
import { ProtocolError } from "../../shared/protocol_error.ts";
import { decodeLanAnnounce, type LanAnnounce, MAX_LAN_INFO_HASHES } from "../../shared/wire/lan_announce.ts";
import { type Clock, systemClock } from "./clock.ts";
import { DueQueue } from "./due_queue.ts";

/** Where announces go out and come in; {@link LanSocket} is one. */
export interface LanTransport {
  /** Sends to all of the local network. */
  send(announce: LanAnnounce): void;
}

/** What {@link LanDiscovery} needs. */
export interface LanDiscoveryOptions {
  /** The TCP port where peers reach us. */
  readonly port: number;
  /** A word that nobody else has: by it we know our own messages. */
  readonly cookie: string;
  readonly transport: LanTransport;
  /**
   * Somebody has or wants a torrent. True when it is here, and may be answered. `isUrgent`: it is new to us and will not
   * be answered now, so dial it, also when we want nothing.
   */
  onPeer(infoHash: InfoHash, options: { readonly endpoint: Endpoint; readonly isUrgent: boolean }): boolean;
  /** Default: the system's. */
  readonly clock?: Clock;
}

/** The announces of all torrents of a program. */
export class LanDiscovery implements Disposable {
  readonly #options: LanDiscoveryOptions;
  readonly #clock: Clock;
  readonly #due = new DueQueue<InfoHash>();
  readonly #announced = new Map<InfoHash, Announced>();
  #sentAtMs = -Infinity;
  #wakeAtMs = -Infinity;
  #timer: Disposable | undefined;
  #heardSinceMs = -Infinity;
  #heardCount = 0;
  #urgentCount = 0;
  /** Who was heard to have which of our torrents, the one that was heard first in front. */
  readonly #known = new Set<string>();

  /** Announces nothing before {@link add}. */
  constructor(options: LanDiscoveryOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Announces a torrent from now on. */
  add(infoHash: InfoHash): void {
    const known = this.#announced.get(infoHash);
    if (known?.isKept) return;
    this.#announced.set(infoHash, { isKept: true, count: 0, atMs: known?.atMs ?? -Infinity });
    this.#schedule(infoHash, Math.max(this.#clock.now(), (known?.atMs ?? -Infinity) + MIN_INTERVAL_MS));
  }

  /** Announces a torrent no more. When it was announced is remembered: added again at once, it waits for its minute. */
  remove(infoHash: InfoHash): void {
    const known = this.#announced.get(infoHash);
    if (known === undefined) return;
    this.#announced.set(infoHash, { ...known, isKept: false });
    this.#due.delete(infoHash);
    this.#forgetOld();
  }

  /** Takes in a datagram. Anything that is no announce is passed over: whoever is on the network may send here. */
  receive(datagram: Uint8Array, host: string): void {
    if (!this.#mayHear()) return;
    const announce = read(datagram);
    if (announce === undefined || announce.cookie === this.#options.cookie) return;
    for (const infoHash of announce.infoHashes) this.#hear(infoHash, { host, port: announce.port });
  }

  /** Falls silent. */
  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#due.clear();
    this.#announced.clear();
    this.#known.clear();
  }

  #hear(infoHash: InfoHash, endpoint: Endpoint): void {
    const now = this.#clock.now();
    const announced = this.#announced.get(infoHash);
    const mayAnswer = announced === undefined || now - announced.atMs >= MIN_INTERVAL_MS;
    const key = `${infoHash} ${formatEndpoint(endpoint)}`;
    const isUrgent = !mayAnswer && !this.#known.has(key) && this.#urgentCount < MAX_URGENT_PER_SECOND;
    if (!this.#options.onPeer(infoHash, { endpoint, isUrgent })) return;
    if (isUrgent) this.#urgentCount += 1;
    this.#remember(key);
    if (!mayAnswer) return;
    // Under another of its info-hashes the torrent is announced only to those who ask by it.
    if (announced === undefined) this.#announced.set(infoHash, { isKept: false, count: 0, atMs: -Infinity });
    this.#schedule(infoHash, now);
  }

  #remember(key: string): void {
    this.#known.add(key);
    const [oldest] = this.#known;
    if (oldest !== undefined && this.#known.size > MAX_KNOWN) this.#known.delete(oldest);
  }

  #schedule(infoHash: InfoHash, dueMs: number): void {
    this.#due.set(infoHash, dueMs);
    if (this.#timer === undefined || dueMs < this.#wakeAtMs) this.#arm();
  }

  #arm(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    const dueMs = this.#due.nextDueMs;
    if (dueMs === undefined) return;
    // What is added in the same turn goes out together.
    this.#wakeAtMs = Math.max(dueMs, this.#sentAtMs + SEND_INTERVAL_MS);
    this.#timer = this.#clock.after(Math.max(0, this.#wakeAtMs - this.#clock.now()), () => this.#send());
  }

  #send(): void {
    const now = this.#clock.now();
    const infoHashes: InfoHash[] = [];
    while (infoHashes.length < MAX_LAN_INFO_HASHES) {
      const infoHash = this.#due.popDue(now);
      if (infoHash === undefined) break;
      infoHashes.push(infoHash);
    }
    for (const infoHash of infoHashes) this.#noteSent(infoHash, now);
    if (infoHashes.length > 0) {
      const { port, cookie, transport } = this.#options;
      this.#sentAtMs = now;
      transport.send({ port, cookie, infoHashes });
    }
    this.#forgetOld();
    this.#arm();
  }

  #noteSent(infoHash: InfoHash, now: number): void {
    const { isKept, count } = this.#announced.get(infoHash) ?? { isKept: false, count: 0 };
    this.#announced.set(infoHash, { isKept, count: count + 1, atMs: now });
    if (isKept) this.#due.set(infoHash, now + (count === 0 ? MIN_INTERVAL_MS : INTERVAL_MS));
  }

  /** Those that are not kept stand for a minute, so that they are not announced again within it. */
  #forgetOld(): void {
    const now = this.#clock.now();
    for (const [infoHash, { isKept, atMs }] of this.#announced) {
      if (!isKept && now - atMs >= MIN_INTERVAL_MS && this.#due.dueMs(infoHash) === undefined) {
        this.#announced.delete(infoHash);
      }
    }
  }

  #mayHear(): boolean {
    const now = this.#clock.now();
    if (now - this.#heardSinceMs >= 1_000) {
      this.#heardSinceMs = now;
      this.#heardCount = 0;
      this.#urgentCount = 0;
    }
    this.#heardCount += 1;
    return this.#heardCount <= MAX_HEARD_PER_SECOND;
  }
}

interface Announced {
  /** It is announced regularly, not only in answer. */
  readonly isKept: boolean;
  /** How often it was announced since it was added. */
  readonly count: number;
  readonly atMs: number;
}

/** BEP 14: no torrent more than once a minute. */
const MIN_INTERVAL_MS = 60_000;
/** BEP 14 speaks of five minutes. */
const INTERVAL_MS = 300_000;
/** Between two messages: multicast is slow and costly on wireless networks. */
const SEND_INTERVAL_MS = 1_000;
/** Messages read in a second: a hundred machines at their limit. */
const MAX_HEARD_PER_SECOND = 100;
/** Dials that newcomers may cost us in a second, should somebody with the same thousands of files come. */
const MAX_URGENT_PER_SECOND = 5;
/** Pairs of torrent and endpoint remembered: ten thousand files on two other machines, 3 MB. */
const MAX_KNOWN = 20_000;

function read(datagram: Uint8Array): LanAnnounce | undefined {
  try {
    return decodeLanAnnounce(datagram);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return undefined;
  }
}
