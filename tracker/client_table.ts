/**
 * All clients of the tracker, 96 bytes each, found by peer id and endpoint, and counted by program. Pure.
 *
 * @module
 */
import type { PeerId } from "../shared/ids.ts";
import { ADDRESS_WORDS, addressText, type AddressWords } from "./address_words.ts";
import { CLIENT_NAME_WORDS, ID_WORDS, peerIdOf } from "./announce_record.ts";
import { RecordIndex } from "./record_index.ts";
import { RecordTable } from "./record_table.ts";
import type { SipHash } from "./sip_hash.ts";

/** `-PS` in the upper bytes of a peer id's first word: Playswarm's own begin so (BEP 20). */
const PLAYSWARM_PREFIX = 0x2d5053;

/** `A2-` and `-WW`: the peer ids of aria2 and of WebTorrent begin so. */
const HIDING_PREFIXES: ReadonlySet<number> = new Set([0x41322d, 0x2d5757]);

/** So much upload weighs as much as one more peer to serve: what a household's line gives to one. */
export const RATE_PER_PEER: number = 1024 * 1024;

/** Shorter spans than this say little about a rate. */
const RATE_SPAN_SECONDS = 5;

/** A rate follows the newest span by half, so one quiet span does not make a busy client look idle. */
const RATE_WEIGHT = 0.5;

/** Counters of clients by a digest of their address: so many that two crowded addresses hardly ever share one. */
const HOST_COUNTERS = 65_536;

/** Places in a record, in words; those of 64-bit numbers in pairs of words. The name comes first: {@link CLIENT_NAME_WORDS}. */
const WORD = {
  address: ID_WORDS,
  port: ID_WORDS + ADDRESS_WORDS,
  leaseMs: 16,
  firstMembership: 17,
  membershipCount: 18,
  flags: 19,
  nextOfProgram: 20,
  rateAtSeconds: 21,
  rateBytes: 22,
  rate: 23,
  count: 24,
} as const;
const PAIR = { seenAtMs: 5, uploadedBytes: 6, downloadedBytes: 7, perRecord: WORD.count / 2 } as const;

/** Bits of `flags`. */
const FLAG = { used: 1, reachable: 2, unreachable: 4 } as const;

/** Whether a peer id, given by its first word, is one of Playswarm's. */
export function isPlayswarm(firstWord: number): boolean {
  return firstWord >>> 8 === PLAYSWARM_PREFIX;
}

/**
 * Whether a client says that it lacks nothing while it does not know yet how much it lacks: aria2 announces a magnet link
 * with `left=0` until it has the metadata, and so does WebTorrent over UDP.
 */
export function hidesWhatItLacks(firstWord: number): boolean {
  return HIDING_PREFIXES.has(firstWord >>> 8);
}

/** Who is known. A client is a number, which is another's after it is removed. */
export class ClientTable {
  readonly #records: RecordTable;
  readonly #sip: SipHash;
  readonly #byName: RecordIndex;
  /** The first of each program: peer ids of one prefix at one endpoint, chained from here. */
  readonly #byProgram: RecordIndex;
  readonly #programName = new Uint32Array(2 + ADDRESS_WORDS + 1);
  readonly #hostCounts = new Uint16Array(HOST_COUNTERS);
  readonly #lanAddresses = new Map<number, AddressWords>();
  #programCount = 0;

  /** Room for so many clients. */
  constructor(options: { readonly capacity: number; readonly sip: SipHash }) {
    const { capacity, sip } = options;
    this.#records = new RecordTable({ capacity, wordCount: WORD.count });
    this.#sip = sip;
    this.#byName = new RecordIndex(capacity);
    this.#byProgram = new RecordIndex(capacity);
  }

  /** Number of programs: one that has another peer id for each torrent counts once. */
  get programCount(): number {
    return this.#programCount;
  }

  /** One more than the highest number of a client. */
  get end(): number {
    return this.#records.end;
  }

  /** Whether there is a client of this number. */
  has(client: number): boolean {
    return (this.#word(client, WORD.flags) & FLAG.used) !== 0;
  }

  /** The client of this name ({@link CLIENT_NAME_WORDS}), or −1. */
  find(name: Uint32Array): number {
    const digest = this.#sip.digest(name);
    let client = this.#byName.first(digest);
    while (client >= 0 && !this.#hasName(client, name)) client = this.#byName.next(client);
    return client;
  }

  /** Takes in a client that is not here yet. */
  add(name: Uint32Array, nowMs: number): number {
    const client = this.#records.take();
    const start = client * WORD.count;
    this.#records.uint32.set(name, start);
    this.#set(client, WORD.flags, FLAG.used);
    this.#set(client, WORD.rateAtSeconds, Math.floor(nowMs / 1000));
    this.#records.float64[client * PAIR.perRecord + PAIR.seenAtMs] = nowMs;
    this.#byName.add(client, this.#sip.digest(name));
    this.#joinProgram(client);
    this.#hostCounts[this.#hostCounter(client)] = this.#clientsAt(client) + 1;
    return client;
  }

  /** Takes out a client that is here. */
  remove(client: number): void {
    this.#hostCounts[this.#hostCounter(client)] = Math.max(0, this.#clientsAt(client) - 1);
    this.#leaveProgram(client);
    this.#byName.remove(client);
    this.#lanAddresses.delete(client);
    this.#records.release(client);
  }

  /** How many clients there are at an address; now and then more, never less. */
  countAt(address: AddressWords): number {
    return this.#hostCounts[this.#sip.digest(address) & (HOST_COUNTERS - 1)] ?? 0;
  }

  /** The peer id. */
  peerId(client: number): PeerId {
    return peerIdOf(this.#records.uint32, client * WORD.count);
  }

  /** Whether it has this peer id. */
  hasPeerId(client: number, peerId: Uint32Array): boolean {
    const start = client * WORD.count;
    for (let index = ID_WORDS - 1; index >= 0; index--) {
      if (this.#records.uint32[start + index] !== peerId[index]) return false;
    }
    return true;
  }

  /** The 32 low bits of its peer id: others' differ most likely. */
  peerIdTail(client: number): number {
    return this.#word(client, ID_WORDS - 1);
  }

  /** One of ours: one announce renews all its swarms. Others are renewed swarm by swarm, as BEP 3 has it. */
  isPlayswarm(client: number): boolean {
    return isPlayswarm(this.#records.uint32[client * WORD.count] ?? 0);
  }

  /** Where others reach it, copied. */
  readAddress(client: number, into: AddressWords): void {
    const start = client * WORD.count + WORD.address;
    for (let index = 0; index < ADDRESS_WORDS; index++) into[index] = this.#records.uint32[start + index] ?? 0;
  }

  /** Whether others reach it at this address. */
  isAt(client: number, address: AddressWords): boolean {
    const start = client * WORD.count + WORD.address;
    for (let index = 0; index < ADDRESS_WORDS; index++) {
      if (this.#records.uint32[start + index] !== address[index]) return false;
    }
    return true;
  }

  /** Where others reach it, as text. */
  host(client: number): string {
    return addressText(this.#records.uint32, client * WORD.count + WORD.address);
  }

  /** Where it takes connections. */
  port(client: number): number {
    return this.#word(client, WORD.port);
  }

  /** When it was heard of last, in milliseconds. */
  seenAtMs(client: number): number {
    return this.#records.float64[client * PAIR.perRecord + PAIR.seenAtMs] ?? 0;
  }

  /** Until when it is here unless it is heard of again, in milliseconds. */
  leaseEndsAtMs(client: number): number {
    return this.seenAtMs(client) + this.#word(client, WORD.leaseMs);
  }

  /** It was heard of. */
  renew(client: number, lease: { readonly nowMs: number; readonly leaseMs: number }): void {
    this.#records.float64[client * PAIR.perRecord + PAIR.seenAtMs] = lease.nowMs;
    this.#set(client, WORD.leaseMs, lease.leaseMs);
  }

  /** Sum over its swarms of what it reported to have sent since it is known here. */
  uploadedBytes(client: number): number {
    return this.#records.float64[client * PAIR.perRecord + PAIR.uploadedBytes] ?? 0;
  }

  /** The same of what it received. */
  downloadedBytes(client: number): number {
    return this.#records.float64[client * PAIR.perRecord + PAIR.downloadedBytes] ?? 0;
  }

  /** Its address on its own LAN, when it told it from behind a public address. */
  lanAddress(client: number): AddressWords | undefined {
    return this.#lanAddresses.get(client);
  }

  /** Notes its address on its own LAN. */
  setLanAddress(client: number, address: AddressWords): void {
    this.#lanAddresses.set(client, address);
  }

  /** Whether it took a connection from outside when it was tried; undefined until it was. */
  isReachable(client: number): boolean | undefined {
    const flags = this.#word(client, WORD.flags);
    return (flags & FLAG.reachable) !== 0 ? true : (flags & FLAG.unreachable) !== 0 ? false : undefined;
  }

  /** Notes whether it took a connection. */
  setReachable(client: number, isReachable: boolean): void {
    this.#set(client, WORD.flags, FLAG.used | (isReachable ? FLAG.reachable : FLAG.unreachable));
  }

  /** Upload in units of one peer's worth: what it is busy with. */
  uploadLoad(client: number): number {
    return (this.#records.float32[client * WORD.count + WORD.rate] ?? 0) / RATE_PER_PEER;
  }

  /**
   * Adds what it sent and received since its last report, and measures its rate.
   *
   * @returns whether the rate was measured anew
   */
  countTraffic(
    client: number,
    traffic: { readonly uploadedBytes: number; readonly downloadedBytes: number; readonly nowMs: number },
  ): boolean {
    const { float32, float64 } = this.#records;
    const pairs = client * PAIR.perRecord;
    const words = client * WORD.count;
    float64[pairs + PAIR.uploadedBytes] = this.uploadedBytes(client) + traffic.uploadedBytes;
    float64[pairs + PAIR.downloadedBytes] = this.downloadedBytes(client) + traffic.downloadedBytes;
    const sentBytes = (float32[words + WORD.rateBytes] ?? 0) + traffic.uploadedBytes;
    const nowSeconds = Math.floor(traffic.nowMs / 1000);
    const spanSeconds = nowSeconds - this.#word(client, WORD.rateAtSeconds);
    const isMeasured = spanSeconds >= RATE_SPAN_SECONDS;
    if (isMeasured) {
      const rate = float32[words + WORD.rate] ?? 0;
      float32[words + WORD.rate] = rate + (sentBytes / spanSeconds - rate) * RATE_WEIGHT;
      this.#set(client, WORD.rateAtSeconds, nowSeconds);
    }
    float32[words + WORD.rateBytes] = isMeasured ? 0 : sentBytes;
    return isMeasured;
  }

  /** One more than its first membership; 0 for none. The others are chained from it. */
  firstMembership(client: number): number {
    return this.#word(client, WORD.firstMembership);
  }

  /** Sets {@link firstMembership}. */
  setFirstMembership(client: number, link: number): void {
    this.#set(client, WORD.firstMembership, link);
  }

  /** In how many swarms it is. */
  membershipCount(client: number): number {
    return this.#word(client, WORD.membershipCount);
  }

  /** Counts a membership more or less. */
  countMembership(client: number, change: 1 | -1): void {
    this.#set(client, WORD.membershipCount, this.membershipCount(client) + change);
  }

  /** The clients of each program. */
  *programs(): Iterable<readonly number[]> {
    for (let client = 0; client < this.end; client++) {
      if (!this.has(client)) continue;
      if (this.isPlayswarm(client)) yield [client];
      else if (this.#firstOfProgram(client) === client) yield this.#companions(client).reverse();
    }
  }

  /** Playswarm's own at the endpoint of this name, whatever their peer ids. */
  playswarmsAt(name: Uint32Array): readonly number[] {
    this.#nameProgram(name, 0);
    let first = this.#byProgram.first(this.#sip.digest(this.#programName));
    while (first >= 0 && !this.#isNamedProgram(first)) first = this.#byProgram.next(first);
    return first < 0 ? [] : this.#companions(first);
  }

  /** A client and those of its program that came before it, the newest first. */
  #companions(first: number): number[] {
    const companions: number[] = [];
    for (let other = first; other >= 0; other = this.#word(other, WORD.nextOfProgram) - 1) companions.push(other);
    return companions;
  }

  #joinProgram(client: number): void {
    const first = this.#firstOfProgram(client);
    if (first < 0 || this.isPlayswarm(client)) this.#programCount++;
    if (first >= 0) this.#byProgram.remove(first);
    this.#set(client, WORD.nextOfProgram, first + 1);
    this.#byProgram.add(client, this.#programDigest(client));
  }

  #leaveProgram(client: number): void {
    const next = this.#word(client, WORD.nextOfProgram);
    const first = this.#firstOfProgram(client);
    if ((first === client && next === 0) || this.isPlayswarm(client)) this.#programCount--;
    if (first === client) {
      this.#byProgram.remove(client);
      if (next > 0) this.#byProgram.add(next - 1, this.#programDigest(client));
      return;
    }
    let other = first;
    while (other >= 0 && this.#word(other, WORD.nextOfProgram) !== client + 1) {
      other = this.#word(other, WORD.nextOfProgram) - 1;
    }
    if (other >= 0) this.#set(other, WORD.nextOfProgram, next);
  }

  /** The newest of a client's program, if it is in the index. */
  #firstOfProgram(client: number): number {
    const digest = this.#programDigest(client);
    let other = this.#byProgram.first(digest);
    while (other >= 0 && !this.#isNamedProgram(other)) other = this.#byProgram.next(other);
    return other;
  }

  #programDigest(client: number): number {
    this.#nameProgram(this.#records.uint32, client * WORD.count);
    return this.#sip.digest(this.#programName);
  }

  /**
   * What the peer ids of one program have in common: code and version, the first 8 bytes (BEP 20, Azureus style), and the
   * endpoint. Of ours the version is left out: one that starts anew may be a later one.
   */
  #nameProgram(name: Uint32Array, start: number): void {
    const code = name[start] ?? 0;
    this.#programName[0] = isPlayswarm(code) ? PLAYSWARM_PREFIX : code;
    this.#programName[1] = isPlayswarm(code) ? 0 : name[start + 1] ?? 0;
    for (let index = 0; index <= ADDRESS_WORDS; index++) {
      this.#programName[2 + index] = name[start + WORD.address + index] ?? 0;
    }
  }

  /** Whether a client is of the program that was named last. */
  #isNamedProgram(client: number): boolean {
    const { uint32 } = this.#records;
    const start = client * WORD.count;
    const code = uint32[start] ?? 0;
    const isOurs = isPlayswarm(code);
    if ((isOurs ? PLAYSWARM_PREFIX : code) !== this.#programName[0]) return false;
    if (!isOurs && uint32[start + 1] !== this.#programName[1]) return false;
    for (let index = 0; index <= ADDRESS_WORDS; index++) {
      if (uint32[start + WORD.address + index] !== this.#programName[2 + index]) return false;
    }
    return true;
  }

  #hasName(client: number, name: Uint32Array): boolean {
    const start = client * WORD.count;
    for (let index = 0; index < CLIENT_NAME_WORDS; index++) {
      if (this.#records.uint32[start + index] !== name[index]) return false;
    }
    return true;
  }

  #hostCounter(client: number): number {
    const start = client * WORD.count + WORD.address;
    return this.#sip.digest(this.#records.uint32.subarray(start, start + ADDRESS_WORDS)) & (HOST_COUNTERS - 1);
  }

  #clientsAt(client: number): number {
    return this.#hostCounts[this.#hostCounter(client)] ?? 0;
  }

  #word(client: number, word: number): number {
    return this.#records.int32[client * WORD.count + word] ?? 0;
  }

  #set(client: number, word: number, value: number): void {
    this.#records.int32[client * WORD.count + word] = value;
  }
}
