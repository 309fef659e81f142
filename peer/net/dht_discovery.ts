/**
 * Finds peers by the mainline DHT (BEP 5), with the node of `bittorrent-dht`, which is loaded when it is wanted only.
 * Invariant: one torrent is announced at a time, with a pause behind it, however many there are.
 * @module
 */

import type { Endpoint } from "../../shared/endpoint.ts";
import { type InfoHash, infoHash as infoHashOf } from "../../shared/ids.ts";
import type DHT from "./bittorrent_dht.d.ts";
import { type Clock, systemClock } from "./clock.ts";
import { DueQueue } from "./due_queue.ts";

/** What {@link DhtDiscovery} needs. */
export interface DhtDiscoveryOptions {
  /** The TCP port where peers reach us; the node takes the same number in UDP, as is the custom. */
  readonly port: number;
  /** The address to bind; absent: every IPv4 address. */
  readonly host?: string | undefined;
  /** Nodes to begin with, `host:port`; absent: those that everybody knows. */
  readonly bootstrap?: readonly string[];
  /** A peer of a torrent, as the node at `from` says; not judged yet. */
  onPeer(infoHash: InfoHash, found: { readonly endpoint: Endpoint; readonly from: string }): void;
  /** A torrent was announced, and its peers looked for. */
  onAnnounced?(infoHash: InfoHash): void;
  /** The node cannot run; said once. */
  onFault(error: Error): void;
  readonly clock?: Clock;
}

/** The announces of all torrents of a program to the DHT, each of which also looks for peers. */
export class DhtDiscovery implements AsyncDisposable {
  readonly #options: DhtDiscoveryOptions;
  readonly #clock: Clock;
  readonly #due = new DueQueue<InfoHash>();
  readonly #torrents = new Set<InfoHash>();
  readonly #starting: Promise<void>;
  #node: DHT | undefined;
  #timer: Disposable | undefined;
  #isReady = false;
  #isBusy = false;
  #isClosed = false;
  #foundCount = 0;

  /** Starts the node at once; torrents may be added meanwhile. */
  constructor(options: DhtDiscoveryOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#starting = this.#start();
  }

  /** The UDP port of the node, once it runs. */
  async whenRunning(): Promise<number | undefined> {
    await this.#starting;
    return this.#node?.address().port;
  }

  /** Announces a torrent from now on. */
  add(infoHash: InfoHash): void {
    if (this.#torrents.has(infoHash)) return;
    this.#torrents.add(infoHash);
    this.#due.set(infoHash, this.#clock.now());
    if (this.#timer === undefined || this.#due.size === 1) this.#arm(0);
  }

  /** Announces a torrent no more. The DHT forgets it within half an hour. */
  remove(infoHash: InfoHash): void {
    this.#torrents.delete(infoHash);
    this.#due.delete(infoHash);
  }

  /** Stops the node. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#timer?.[Symbol.dispose]();
    await this.#starting;
    await this.#stop();
  }

  async #start(): Promise<void> {
    const { default: Node }: { readonly default: typeof DHT } = await import("bittorrent-dht");
    if (this.#isClosed) return;
    const { bootstrap, host = "0.0.0.0", port } = this.#options;
    const { promise, resolve } = Promise.withResolvers<void>();
    const node = new Node(bootstrap === undefined ? {} : { bootstrap });
    this.#node = node;
    node.on("error", (error) => {
      resolve();
      if (this.#node === undefined || this.#isClosed) return;
      this.#options.onFault(error);
      void this.#stop();
    });
    // What a stranger sends wrong is the stranger's business.
    node.on("warning", () => {});
    node.on(
      "peer",
      (peer, infoHash, from) => this.#onPeer(peer, { infoHash, from: from?.address ?? from?.host ?? "" }),
    );
    node.listen(port, host, resolve);
    // Before it has met others its announces would reach nobody.
    node.on("ready", () => {
      this.#isReady = true;
      this.#arm(0);
    });
    await promise;
  }

  #onPeer(endpoint: Endpoint, options: { readonly infoHash: Uint8Array; readonly from: string }): void {
    this.#foundCount += 1;
    if (this.#isClosed || this.#foundCount > MAX_FOUND) return;
    const infoHash = infoHashOf(options.infoHash);
    if (!this.#torrents.has(infoHash)) return;
    this.#options.onPeer(infoHash, { endpoint: { host: endpoint.host, port: endpoint.port }, from: options.from });
  }

  #arm(delayMs: number): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    const { nextDueMs } = this.#due;
    if (this.#isClosed || this.#isBusy || !this.#isReady || nextDueMs === undefined) return;
    const waitMs = Math.max(delayMs, nextDueMs - this.#clock.now());
    this.#timer = this.#clock.after(waitMs, () => this.#announceNext());
  }

  #announceNext(): void {
    const infoHash = this.#due.popDue(this.#clock.now());
    if (infoHash === undefined || this.#node === undefined) return this.#arm(0);
    this.#isBusy = true;
    this.#foundCount = 0;
    // An announce looks for the nodes nearest to the info-hash first, and those tell of its peers.
    this.#node.announce(infoHash, this.#options.port, (error) => {
      this.#isBusy = false;
      const againMs = error === null || error === undefined ? INTERVAL_MS : RETRY_MS;
      if (this.#torrents.has(infoHash)) this.#due.set(infoHash, this.#clock.now() + againMs);
      if (!this.#isClosed && againMs === INTERVAL_MS) this.#options.onAnnounced?.(infoHash);
      this.#arm(PAUSE_MS);
    });
  }

  async #stop(): Promise<void> {
    const node = this.#node;
    this.#node = undefined;
    if (node === undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    node.destroy(resolve);
    await promise;
  }
}

/** Nodes forget a peer after half an hour (BEP 5 leaves it to them). */
const INTERVAL_MS = 900_000;
/** Without any node near by: ask again when the network may be there. */
const RETRY_MS = 60_000;
/** Between two announces, each of which sends some dozens of datagrams. */
const PAUSE_MS = 1_000;
/** Peers that one announce may find: more than a swarm connects to. */
const MAX_FOUND = 200;
