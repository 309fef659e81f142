/**
 * Torrents with several names, as a hybrid one has two (BEP 52): its swarm is kept under one of them. Pure.
 *
 * @module
 */
import type { InfoHash } from "../shared/ids.ts";
import { infoHashOf, writeId } from "./announce_record.ts";

/** Which name stands for which. */
export class TorrentAliases {
  readonly #canonical = new Map<InfoHash, InfoHash>();
  /** The other names of a torrent, by the one that its swarm is kept under. */
  readonly #aliases = new Map<InfoHash, readonly InfoHash[]>();
  /** How many aliases begin with these 32 bits: nearly every announce is known at a glance to be of none. */
  readonly #firstWords = new Map<number, number>();

  /** Makes one name stand for another. Gives whether it was news. */
  add(alias: InfoHash, canonical: InfoHash): boolean {
    if (alias === canonical || this.#canonical.get(alias) === canonical) return false;
    if (!this.#canonical.has(alias)) this.#count(alias, 1);
    this.#canonical.set(alias, canonical);
    this.#aliases.set(canonical, [...this.#aliases.get(canonical) ?? [], alias]);
    return true;
  }

  /** Forgets the other names of a torrent. */
  removeOf(canonical: InfoHash): void {
    for (const alias of this.#aliases.get(canonical) ?? []) {
      if (this.#canonical.delete(alias)) this.#count(alias, -1);
    }
    this.#aliases.delete(canonical);
  }

  /** The name under which the swarm of this torrent is kept. */
  canonical(infoHash: InfoHash): InfoHash {
    return this.#canonical.get(infoHash) ?? infoHash;
  }

  /** Writes {@link canonical} over an info-hash in words. */
  resolve(words: Uint32Array): void {
    if (!this.#firstWords.has(words[0] ?? 0)) return;
    const canonical = this.#canonicalOfText(infoHashOf(words));
    if (canonical !== undefined) writeId(words, canonical);
  }

  #canonicalOfText(text: string): InfoHash | undefined {
    const names: ReadonlyMap<string, InfoHash> = this.#canonical;
    return names.get(text);
  }

  #count(alias: InfoHash, change: 1 | -1): void {
    const word = parseInt(alias.slice(0, 8), 16);
    const count = (this.#firstWords.get(word) ?? 0) + change;
    if (count > 0) this.#firstWords.set(word, count);
    else this.#firstWords.delete(word);
  }
}
