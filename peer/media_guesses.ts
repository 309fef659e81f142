/**
 * What the files of torrents hold, by their content as soon as their first bytes are verified, by their names before.
 *
 * @module
 */
import type { InfoHash } from "../shared/ids.ts";
import { type MediaGuess, mediaKind, mediaKindByName, SNIFF_LENGTH } from "../shared/media_kind.ts";
import type { TorrentFile } from "../shared/metainfo_files.ts";
import type { ReadableTorrent } from "./torrent_bytes.ts";

/** Remembers what was found out. */
export class MediaGuesses {
  readonly #known = new Map<InfoHash, Map<number, MediaGuess>>();

  /** What a file holds. A guess by content is final; one by name is made anew each time. */
  guess(
    torrent: ReadableTorrent & { readonly infoHash: InfoHash },
    options: { readonly file: TorrentFile; readonly index: number },
  ): MediaGuess {
    const { file, index } = options;
    const known = this.#known.get(torrent.infoHash)?.get(index);
    if (known !== undefined) return known;
    const name = file.path.at(-1) ?? "";
    const headLength = Math.min(SNIFF_LENGTH, file.length);
    if (headLength === 0 || torrent.availableFrom(file.offset) < headLength) return mediaKindByName(name);
    const head = new Uint8Array(headLength);
    const length = torrent.readInto(file.offset, head);
    if (length < headLength) return mediaKindByName(name);
    const guess = mediaKind(head, name);
    const files = this.#known.get(torrent.infoHash) ?? new Map<number, MediaGuess>();
    this.#known.set(torrent.infoHash, files.set(index, guess));
    return guess;
  }

  /** Forgets a torrent that was removed. */
  forget(infoHash: InfoHash): void {
    this.#known.delete(infoHash);
  }
}
