/**
 * Which of our torrents an encrypted handshake is about: it names them by a hash of their info-hashes. Invariant: no
 * torrent is hashed twice as long as it is here, and none is before somebody asks.
 * @module
 */

import type { InfoHash } from "../../shared/ids.ts";
import { keyHash } from "../../shared/wire/encryption_handshake.ts";

/** Finds torrents by their `keyHash`. */
export class KeyHashIndex {
  readonly #list: () => Iterable<InfoHash>;
  #known: ReadonlyMap<string, InfoHash> = new Map();
  #hashes: ReadonlyMap<InfoHash, string> = new Map();

  /** `list` gives the info-hashes of what is here now. */
  constructor(list: () => Iterable<InfoHash>) {
    this.#list = list;
  }

  /** The torrent with this hash, in hex. One that has left may be found for a while. */
  find(hash: string): InfoHash | undefined {
    return this.#known.get(hash) ?? this.#renewed().get(hash);
  }

  /** Ten thousand torrents: 40 ms for the first time, 1.4 ms when nothing changed. */
  #renewed(): ReadonlyMap<string, InfoHash> {
    const hashes = new Map<InfoHash, string>();
    const known = new Map<string, InfoHash>();
    for (const infoHash of this.#list()) {
      const hash = this.#hashes.get(infoHash) ?? keyHash(infoHash).toHex();
      hashes.set(infoHash, hash);
      known.set(hash, infoHash);
    }
    this.#hashes = hashes;
    this.#known = known;
    return known;
  }
}
