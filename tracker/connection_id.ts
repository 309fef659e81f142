/**
 * The connection ids of UDP trackers (BEP 15): proof that a datagram's source address is not forged. Nothing is stored:
 * an id carries the second it was made in and a keyed digest of second and address, so only we can make one, it serves
 * one address, and it is over after two minutes.
 *
 * @module
 */
import { hash } from "node:crypto";
// @ts-types="../shared/timing_safe_equal.d.ts"
import { timingSafeEqual } from "@std/crypto/timing-safe-equal";

/** How long an id may be used: the two minutes of BEP 15, section "UDP connections / spoofing". */
export const CONNECTION_ID_SECONDS = 120;

/** Bytes of the key: as many as the digest, so that guessing it is no easier than guessing ids. */
export const CONNECTION_KEY_LENGTH = 32;

/** The second of making is sent in 16 bits; it comes round after 18 hours, and 120 s of them are ever valid. */
const TICK_RANGE = 65_536;

/** The longest text of an IPv6 address, with an IPv4 part and a zone of its interface: a fixed field, zero-padded. */
const MAX_HOST_LENGTH = 64;

const TICK_OFFSET = CONNECTION_KEY_LENGTH;
const HOST_OFFSET = TICK_OFFSET + 4;

/** Makes and checks connection ids under one key. */
export class ConnectionIds {
  /** Key, second, address: fixed places in a fixed length, so plain SHA-256 over it, cut short, is a sound MAC. */
  readonly #message = new Uint8Array(HOST_OFFSET + MAX_HOST_LENGTH);
  readonly #messageView = new DataView(this.#message.buffer);
  readonly #given = new Uint8Array(8);
  readonly #expected = new Uint8Array(8);
  readonly #encoder = new TextEncoder();

  /**
   * Ids under this key.
   *
   * @param key {@link CONNECTION_KEY_LENGTH} random bytes; copied
   * @throws {RangeError} when it has another length
   */
  constructor(key: Uint8Array) {
    if (key.length !== CONNECTION_KEY_LENGTH) {
      throw new RangeError(`Cannot take ${key.length} bytes as a key: it has ${CONNECTION_KEY_LENGTH}`);
    }
    this.#message.set(key);
  }

  /** The id for a source address at a moment in milliseconds: an unsigned 64-bit number. */
  issue(host: string, nowMs: number): bigint {
    return this.#idOf(host, Math.floor(nowMs / 1000));
  }

  /** Whether the id was made here for this address within the last {@link CONNECTION_ID_SECONDS}; in constant time. */
  isValid(id: bigint, source: { readonly host: string; readonly nowMs: number }): boolean {
    const nowTick = Math.floor(source.nowMs / 1000);
    const age = (nowTick % TICK_RANGE - Number(id >> 48n & 0xffffn) + TICK_RANGE) % TICK_RANGE;
    if (age > CONNECTION_ID_SECONDS) return false;
    new DataView(this.#given.buffer).setBigUint64(0, id);
    new DataView(this.#expected.buffer).setBigUint64(0, this.#idOf(source.host, nowTick - age));
    return timingSafeEqual(this.#given, this.#expected);
  }

  #idOf(host: string, tick: number): bigint {
    this.#messageView.setUint32(TICK_OFFSET, tick >>> 0);
    const { written } = this.#encoder.encodeInto(host, this.#message.subarray(HOST_OFFSET));
    this.#message.fill(0, HOST_OFFSET + written);
    const digest = parseInt(hash("sha256", this.#message, "hex").slice(0, 12), 16);
    return BigInt(tick % TICK_RANGE) << 48n | BigInt(digest);
  }
}
