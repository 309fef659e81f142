/**
 * The connection ids of UDP trackers (BEP 15): proof that a datagram's source address is not forged. Nothing is stored:
 * an id carries the second it was made in and a keyed digest of second and address, so only we can make one, it serves
 * one address, and it is over after two minutes.
 *
 * @module
 */
import { ADDRESS_WORDS, type AddressWords } from "./address_words.ts";
import { SIP_KEY_LENGTH, SipHash } from "./sip_hash.ts";

/** How long an id may be used: the two minutes of BEP 15, section "UDP connections / spoofing". */
export const CONNECTION_ID_SECONDS = 120;

/** Bytes of the key. */
export const CONNECTION_KEY_LENGTH: number = SIP_KEY_LENGTH;

/** The second of making is sent in 16 bits; it comes round after 18 hours, and 120 s of them are ever valid. */
const TICK_RANGE = 65_536;

/** Where an id stands in a datagram, whose it should be, and when it is looked at. */
export interface ConnectionIdPlace {
  readonly offset: number;
  readonly source: AddressWords;
  readonly nowMs: number;
}

/** Makes and checks connection ids under one key. An id is 16 bits of time and 48 of SipHash-2-4. */
export class ConnectionIds {
  readonly #sip: SipHash;
  /** Second, then address. */
  readonly #message = new Uint32Array(1 + ADDRESS_WORDS);

  /**
   * Ids under this key.
   *
   * @param key {@link CONNECTION_KEY_LENGTH} random bytes; copied
   * @throws {RangeError} when it has another length
   */
  constructor(key: Uint8Array) {
    this.#sip = new SipHash(key);
  }

  /** Writes the 8 bytes of the id for a source address. */
  write(view: DataView, place: ConnectionIdPlace): void {
    const tick = Math.floor(place.nowMs / 1000);
    this.#digest(place.source, tick);
    view.setUint16(place.offset, tick % TICK_RANGE);
    view.setUint16(place.offset + 2, this.#sip.high & 0xffff);
    view.setInt32(place.offset + 4, this.#sip.low);
  }

  /** Whether an id was made here for this address within the last {@link CONNECTION_ID_SECONDS}; in constant time. */
  isValid(view: DataView, place: ConnectionIdPlace): boolean {
    const nowTick = Math.floor(place.nowMs / 1000);
    const age = (nowTick % TICK_RANGE - view.getUint16(place.offset) + TICK_RANGE) % TICK_RANGE;
    this.#digest(place.source, nowTick - age);
    const difference = (view.getUint16(place.offset + 2) ^ (this.#sip.high & 0xffff)) |
      (view.getInt32(place.offset + 4) ^ this.#sip.low);
    // What is old and what is forged take the same time.
    return (Number(difference === 0) & Number(age <= CONNECTION_ID_SECONDS)) === 1;
  }

  #digest(source: AddressWords, tick: number): void {
    this.#message[0] = tick;
    for (let index = 0; index < ADDRESS_WORDS; index++) this.#message[1 + index] = source[index] ?? 0;
    this.#sip.digest(this.#message);
  }
}
