/**
 * All clients of the tracker, 96 bytes each, found by peer id and endpoint. Pure.
 *
 * @module
 */
import type { PeerId } from "../shared/ids.ts";
import { ADDRESS_WORDS, addressText, type AddressWords, familyOf } from "./address_words.ts";
import { type AnnounceRecord, CLIENT_NAME_WORDS, ID_WORDS, peerIdOf } from "./announce_record.ts";
import type { Transport } from "./announce_desk.ts";
import { CLIENT_FLAG as FLAG, CLIENT_PAIR as PAIR, CLIENT_WORD as WORD } from "./client_record.ts";
import { DisplayNames } from "./display_names.ts";
import { isPlayswarm } from "./peer_id_prefix.ts";
import { ProgramIndex } from "./program_index.ts";
import { RecordIndex } from "./record_index.ts";
import { RecordTable } from "./record_table.ts";
import type { SipHash } from "./sip_hash.ts";

/** So much upload weighs as much as one more peer to serve: what a household's line gives to one. */
const RATE_PER_PEER: number = 1024 * 1024;

/** Shorter spans than this say little about a rate. */
const RATE_SPAN_SECONDS = 5;

/** A rate follows the newest span by half, so one quiet span does not make a busy client look idle. */
const RATE_WEIGHT = 0.5;

/** Counters of clients by a digest of their address: so many that two crowded addresses hardly ever share one. */
const HOST_COUNTERS = 65_536;

/** How a client announced last. */
export interface Contact {
  readonly transport: Transport;
  readonly family: 4 | 6;
}

/** Who is known. A client is a number, which is another's after it is removed. */
export class ClientTable {
  /** What their owners call them. */
  readonly names: DisplayNames = new DisplayNames();
  readonly #records: RecordTable;
  readonly #sip: SipHash;
  readonly #byName: RecordIndex;
  readonly #programs: ProgramIndex;
  readonly #hostCounts = new Uint16Array(HOST_COUNTERS);
  readonly #lanAddresses = new Map<number, AddressWords>();

  /** Room for so many clients. */
  constructor(options: { readonly capacity: number; readonly sip: SipHash }) {
    const { capacity, sip } = options;
    this.#records = new RecordTable({ capacity, wordCount: WORD.count });
    this.#sip = sip;
    this.#byName = new RecordIndex(capacity);
    this.#programs = new ProgramIndex({ records: this.#records, sip, capacity });
  }

  /** Number of programs: one that has another peer id for each torrent counts once. */
  get programCount(): number {
    return this.#programs.count;
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
    this.#programs.join(client);
    this.#hostCounts[this.#hostCounter(client)] = this.#clientsAt(client) + 1;
    return client;
  }

  /** Takes out a client that is here. */
  remove(client: number): void {
    this.#hostCounts[this.#hostCounter(client)] = Math.max(0, this.#clientsAt(client) - 1);
    this.#programs.leave(client);
    this.#byName.remove(client);
    this.#lanAddresses.delete(client);
    this.names.set(client, "");
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

  /** How it announced last; undefined while it is only known from elsewhere. */
  contact(client: number): Contact | undefined {
    const flags = this.#word(client, WORD.flags);
    if ((flags & (FLAG.udp | FLAG.http)) === 0) return undefined;
    return { transport: (flags & FLAG.http) === 0 ? "udp" : "http", family: (flags & FLAG.ipv6) === 0 ? 4 : 6 };
  }

  /** Notes how it announces. */
  noteContact(client: number, { transport, source }: AnnounceRecord): void {
    const others = this.#word(client, WORD.flags) & ~(FLAG.udp | FLAG.http | FLAG.ipv6);
    const how = (transport === "http" ? FLAG.http : FLAG.udp) | (familyOf(source) === 6 ? FLAG.ipv6 : 0);
    this.#set(client, WORD.flags, others | how);
  }

  /** Whether it took a connection from outside when it was tried; undefined until it was. */
  isReachable(client: number): boolean | undefined {
    const flags = this.#word(client, WORD.flags);
    return (flags & FLAG.reachable) !== 0 ? true : (flags & FLAG.unreachable) !== 0 ? false : undefined;
  }

  /** Notes whether it took a connection. */
  setReachable(client: number, isReachable: boolean): void {
    const others = this.#word(client, WORD.flags) & ~(FLAG.reachable | FLAG.unreachable);
    this.#set(client, WORD.flags, others | (isReachable ? FLAG.reachable : FLAG.unreachable));
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
      const companions = this.has(client) ? this.#programs.companionsOfNewest(client) : undefined;
      if (companions !== undefined) yield companions;
    }
  }

  /** Playswarm's own at the endpoint of this name, whatever their peer ids. */
  playswarmsAt(name: Uint32Array): readonly number[] {
    return this.#programs.playswarmsAt(name);
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
