/**
 * A load generator for UDP trackers, run as a process of its own: announces that are made once and changed in a few bytes,
 * many in flight, many a system call, so that it costs a fraction of what any tracker does. Prints what it saw as JSON.
 *
 * @module
 */
import { addressWords } from "../../../tracker/address_words.ts";
import { BATCH_SIZE, BatchSocket, DatagramBatch, SLOT_LENGTH } from "../../../tracker/datagram_batches.ts";
import { ANNOUNCE_REQUEST, ANNOUNCE_RESPONSE, UDP_ACTION } from "../../../shared/wire/udp_announce.ts";

/** What to do. */
export interface AnnounceLoadOptions {
  readonly port: number;
  readonly torrentCount: number;
  readonly peersPerTorrent: number;
  /** Peers that every announce asks for. */
  readonly wantedCount: number;
  /** Every peer of every torrent once; or announces of any of them for so many seconds. */
  readonly run: "fill" | { readonly seconds: number };
  /** As many as are answered, or so many a second. */
  readonly ratePerSecond?: number;
}

/** What came of it. */
export interface AnnounceLoadResult {
  readonly answeredCount: number;
  readonly answersPerSecond: number;
  /** Not answered within {@link LOST_AFTER_MS}. */
  readonly lostCount: number;
  readonly errorCount: number;
  /** From sending to receiving, in milliseconds. */
  readonly worstMs: number;
  readonly p99Ms: number;
  readonly peersPerAnswer: number;
}

/** Announces under way at once: no more than a socket's buffer holds by default, so that none is lost by the system. */
const WINDOW = 128;

/** Answers that take longer are given up. */
const LOST_AFTER_MS = 500;

/** A connection id serves two minutes (BEP 15). */
const RECONNECT_MS = 60_000;

/** Send times are kept by the low bits of the transaction id. */
const TIMES = 65_536;

/** Latencies are counted in steps of 50 µs. */
const STEP_MS = 0.05;

const EVENT_STARTED = 2;

class AnnounceLoad {
  readonly #options: AnnounceLoadOptions;
  readonly #socket: BatchSocket;
  readonly #requests = new DatagramBatch();
  readonly #answers = new DatagramBatch();
  readonly #sentAtMs = new Float64Array(TIMES);
  readonly #latencies = new Uint32Array(LOST_AFTER_MS * 4 / STEP_MS);
  readonly #infoHashes: Uint8Array;
  readonly #sleep = new Int32Array(new SharedArrayBuffer(4));
  readonly #random = xorshift(12_345);
  #connectedAtMs = -Infinity;
  #transactionId = 1;
  #sentCount = 0;
  #answeredCount = 0;
  #errorCount = 0;
  #lostCount = 0;
  #peerBytes = 0;
  #worstMs = 0;

  constructor(options: AnnounceLoadOptions) {
    const socket = BatchSocket.bind(addressWords("127.0.0.1"), 0);
    if (socket === undefined) throw new Error("The load generator needs Linux");
    this.#options = options;
    this.#socket = socket;
    this.#infoHashes = sampleInfoHashes(options.torrentCount);
    const destination = { address: addressWords("127.0.0.1"), port: options.port };
    for (let slot = 0; slot < BATCH_SIZE; slot++) {
      this.#requests.setDestination(slot, destination);
      this.#requests.setLength(slot, ANNOUNCE_REQUEST.options);
      const start = slot * SLOT_LENGTH;
      this.#requests.view.setUint32(start + ANNOUNCE_REQUEST.action, UDP_ACTION.announce);
      this.#requests.view.setInt32(start + ANNOUNCE_REQUEST.wantedCount, options.wantedCount);
      this.#requests.bytes.set(new TextEncoder().encode("-TR4050-"), start + ANNOUNCE_REQUEST.peerId);
    }
  }

  run(): AnnounceLoadResult {
    const { run, ratePerSecond, torrentCount, peersPerTorrent } = this.#options;
    const isFill = run === "fill";
    const total = isFill ? torrentCount * peersPerTorrent : Infinity;
    const seconds = isFill ? Infinity : run.seconds;
    this.#connect();
    const startMs = performance.now();
    let heardAtMs = startMs;
    let nowMs = startMs;
    while (this.#sentCount < total && nowMs - startMs < seconds * 1000) {
      const due = ratePerSecond === undefined
        ? Infinity
        : Math.floor((nowMs - startMs) * ratePerSecond / 1000) - this.#sentCount;
      this.#send(
        Math.min(due, total - this.#sentCount, WINDOW * (ratePerSecond === undefined ? 1 : 16) - this.#inFlight),
        nowMs,
      );
      nowMs = performance.now();
      if (this.#receive(nowMs) > 0) heardAtMs = nowMs;
      else if (nowMs - heardAtMs > LOST_AFTER_MS && this.#inFlight > 0) {
        this.#lostCount += this.#inFlight;
        heardAtMs = nowMs;
      } else if (ratePerSecond !== undefined) Atomics.wait(this.#sleep, 0, 0, 0.2);
      if (nowMs - this.#connectedAtMs > RECONNECT_MS) this.#connect();
    }
    const spentMs = performance.now() - startMs;
    const endMs = performance.now() + LOST_AFTER_MS;
    while (this.#inFlight > 0 && performance.now() < endMs) this.#receive(performance.now());
    return this.#result(spentMs);
  }

  get #inFlight(): number {
    return Math.max(0, this.#sentCount - this.#answeredCount - this.#errorCount - this.#lostCount);
  }

  #result(spentMs: number): AnnounceLoadResult {
    let seen = 0;
    const wanted = this.#answeredCount * 0.99;
    const p99 = this.#latencies.findIndex((count) => (seen += count) >= wanted);
    return {
      answeredCount: this.#answeredCount,
      answersPerSecond: this.#answeredCount / spentMs * 1000,
      lostCount: this.#lostCount + this.#inFlight,
      errorCount: this.#errorCount,
      worstMs: this.#worstMs,
      p99Ms: (p99 + 1) * STEP_MS,
      peersPerAnswer: this.#peerBytes / 6 / this.#answeredCount,
    };
  }

  #send(wanted: number, nowMs: number): void {
    for (let left = wanted; left > 0; left -= BATCH_SIZE) {
      const count = Math.min(left, BATCH_SIZE);
      for (let slot = 0; slot < count; slot++) this.#fill(slot * SLOT_LENGTH, nowMs);
      this.#socket.send(this.#requests, count);
    }
  }

  #fill(start: number, nowMs: number): void {
    const { torrentCount, peersPerTorrent, run } = this.#options;
    const { view, bytes } = this.#requests;
    const isFill = run === "fill";
    const any = isFill ? this.#sentCount : Math.floor(this.#random() * torrentCount * peersPerTorrent);
    const torrent = any % torrentCount;
    const peer = Math.floor(any / torrentCount);
    const number = torrent * peersPerTorrent + peer;
    for (let index = 0; index < 20; index++) {
      bytes[start + ANNOUNCE_REQUEST.infoHash + index] = this.#infoHashes[torrent * 20 + index] ?? 0;
    }
    view.setUint32(start + ANNOUNCE_REQUEST.peerId + 8, Math.imul(number, 0x9e37_79b1));
    view.setUint32(start + ANNOUNCE_REQUEST.peerId + 16, number);
    // A quarter are seeders.
    view.setUint32(start + ANNOUNCE_REQUEST.left + 4, peer % 4 === 0 ? 0 : 1_000_000);
    view.setUint32(start + ANNOUNCE_REQUEST.event, isFill ? EVENT_STARTED : 0);
    view.setUint16(start + ANNOUNCE_REQUEST.port, 1024 + number % 64_000);
    this.#sentAtMs[this.#transactionId % TIMES] = nowMs;
    view.setUint32(start + ANNOUNCE_REQUEST.transactionId, this.#transactionId++);
    this.#sentCount++;
  }

  #receive(nowMs: number): number {
    const count = this.#socket.receive(this.#answers);
    for (let slot = 0; slot < count; slot++) {
      const start = slot * SLOT_LENGTH;
      if (this.#answers.view.getUint32(start) !== UDP_ACTION.announce) {
        this.#errorCount++;
        continue;
      }
      this.#answeredCount++;
      this.#peerBytes += this.#answers.lengthOf(slot) - ANNOUNCE_RESPONSE.peers;
      const ms = nowMs - (this.#sentAtMs[this.#answers.view.getUint32(start + 4) % TIMES] ?? 0);
      const step = Math.min(Math.floor(ms / STEP_MS), this.#latencies.length - 1);
      this.#latencies[step] = (this.#latencies[step] ?? 0) + 1;
      if (ms > this.#worstMs) this.#worstMs = ms;
    }
    return count;
  }

  /** Gets a connection id, and writes it into every announce. What comes in between is an answer like any other. */
  #connect(): void {
    const endMs = performance.now() + LOST_AFTER_MS;
    while (this.#inFlight > 0 && performance.now() < endMs) this.#receive(performance.now());
    const request = new DatagramBatch();
    request.view.setBigUint64(0, 0x417_2710_1980n);
    request.setDestination(0, { address: addressWords("127.0.0.1"), port: this.#options.port });
    request.setLength(0, 16);
    for (let attempt = 0; attempt < 50; attempt++) {
      this.#socket.send(request, 1);
      Atomics.wait(this.#sleep, 0, 0, 100);
      if (this.#socket.receive(this.#answers) === 0 || this.#answers.view.getUint32(0) !== UDP_ACTION.connect) continue;
      const id = this.#answers.view.getBigUint64(8);
      for (let slot = 0; slot < BATCH_SIZE; slot++) this.#requests.view.setBigUint64(slot * SLOT_LENGTH, id);
      this.#connectedAtMs = performance.now();
      return;
    }
    throw new Error(`Nobody answers on UDP port ${this.#options.port}`);
  }
}

/** Random info-hashes, the same at each run, one behind the other. */
export function sampleInfoHashes(count: number): Uint8Array<ArrayBuffer> {
  const random = xorshift(77_777);
  const view = new DataView(new ArrayBuffer(count * 20));
  for (let offset = 0; offset < view.byteLength; offset += 4) view.setUint32(offset, random() * 2 ** 32);
  return new Uint8Array(view.buffer);
}

/** Numbers from 0 to 1, the same at each run, that cost next to nothing. */
function xorshift(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

if (import.meta.main) {
  const options: AnnounceLoadOptions = JSON.parse(Deno.args[0] ?? "{}");
  console.log(JSON.stringify(new AnnounceLoad(options).run()));
}
