/**
 * The text of addresses that come again and again: making it takes as long as a good part of an answer. Pure.
 *
 * @module
 */
import { ADDRESS_WORDS, addressText, type AddressWords } from "./address_words.ts";

/** Texts kept: those of a busy minute, at a place that the address itself says. */
const PLACES = 4096;

/** Remembers texts, each until another one wants its place. */
export class HostTexts {
  readonly #addresses = new Uint32Array(PLACES * ADDRESS_WORDS);
  readonly #texts: string[] = Array.from({ length: PLACES }, () => "");

  /** Canonical text of an address. */
  textOf(address: AddressWords): string {
    const mixed = (address[3] ?? 0) ^ (address[2] ?? 0) ^ (address[1] ?? 0);
    const place = (Math.imul(mixed, 0x9e37_79b1) >>> 20) & (PLACES - 1);
    const start = place * ADDRESS_WORDS;
    const known = this.#texts[place] ?? "";
    if (known !== "" && this.#isAt(start, address)) return known;
    const text = addressText(address);
    this.#addresses.set(address, start);
    this.#texts[place] = text;
    return text;
  }

  #isAt(start: number, address: AddressWords): boolean {
    for (let index = 0; index < ADDRESS_WORDS; index++) {
      if (this.#addresses[start + index] !== address[index]) return false;
    }
    return true;
  }
}
