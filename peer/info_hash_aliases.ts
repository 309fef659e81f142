/**
 * The info-hashes that torrents are also known by: a hybrid has one for each version (BEP 52), and is kept under one of
 * them.
 *
 * @module
 */
import type { InfoHash } from "../shared/ids.ts";

/** Leads from every info-hash of a torrent to the one that it is kept under. */
export class InfoHashAliases {
  readonly #kept = new Map<InfoHash, InfoHash>();

  /** The info-hash under which the torrent is kept; the same one where no other is known. */
  resolve(infoHash: InfoHash): InfoHash {
    return this.#kept.get(infoHash) ?? infoHash;
  }

  /** Every info-hash that leads to another. */
  all(): Iterable<InfoHash> {
    return this.#kept.keys();
  }

  /** Notes by which info-hashes a torrent is known. */
  add(infoHash: InfoHash, infoHashes: readonly InfoHash[]): void {
    for (const other of infoHashes) {
      if (other !== infoHash) this.#kept.set(other, infoHash);
    }
  }

  /** Forgets those that lead to this torrent; one that another torrent has taken over stays. */
  drop(infoHash: InfoHash, infoHashes: readonly InfoHash[]): void {
    for (const other of infoHashes) {
      if (this.#kept.get(other) === infoHash) this.#kept.delete(other);
    }
  }
}
