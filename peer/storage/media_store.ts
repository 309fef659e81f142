/**
 * What was read out of media files, and their pictures, in SQLite, so that a restart reads nothing again. The key is an
 * info-hash, whose content never changes, so nothing here is ever out of date. A picture that many files have (an
 * album's cover) is kept once, by its digest.
 *
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import * as v from "valibot";
import { type InfoHash, parseInfoHash } from "../../shared/ids.ts";
import type { MediaFacts } from "../../shared/media_description.ts";
import { isWritten } from "./database.ts";

/** Files of torrents that are remembered: as many as a share may have. The store is not made for more. */
const MAX_MEDIA_FILES = 100_000;

/** Pictures that are kept, the oldest go first: at the usual 30 to 100 kB each this is up to two gigabytes. */
const MAX_PICTURES = 20_000;

/** Which file of which torrent. */
export interface MediaKey {
  readonly infoHash: InfoHash;
  readonly index: number;
}

/** What is known of one file. */
export interface MediaRow extends MediaKey {
  readonly facts: MediaFacts;
  /** The digest of its picture. */
  readonly picture?: string;
}

/** A picture and its media type. */
export interface StoredPicture {
  /** The digest of its bytes. */
  readonly hash: string;
  readonly contentType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const text = v.exactOptional(v.string());
const number = v.exactOptional(v.number());
const factsSchema = v.object({
  title: text,
  artist: text,
  albumArtist: text,
  album: text,
  trackNumber: number,
  discNumber: number,
  year: number,
  durationSeconds: number,
  container: text,
  tracks: v.exactOptional(v.array(v.object({
    number: v.number(),
    type: v.picklist(["video", "audio"]),
    codec: v.string(),
    codecString: text,
    language: text,
    name: text,
    channelCount: number,
    width: number,
    height: number,
  }))),
});
const rowSchema = v.object({
  info_hash: v.string(),
  file_index: v.number(),
  facts: v.pipe(v.string(), v.parseJson(), factsSchema),
  picture: v.nullable(v.string()),
});
const pictureSchema = v.object({ hash: v.string(), content_type: v.string(), bytes: v.instance(Uint8Array) });

/** The media files and their pictures. */
export class MediaStore {
  readonly #all: StatementSync;
  readonly #get: StatementSync;
  readonly #put: StatementSync;
  readonly #getPicture: StatementSync;
  readonly #putPicture: StatementSync;
  readonly #dropPictures: StatementSync;

  /** Prepares its statements on a database of `openDatabase`. */
  constructor(database: DatabaseSync) {
    this.#all = database.prepare("SELECT * FROM media_facts LIMIT ?");
    this.#get = database.prepare("SELECT * FROM media_facts WHERE info_hash = ? AND file_index = ?");
    this.#put = database.prepare(
      "INSERT OR REPLACE INTO media_facts (info_hash, file_index, facts, picture) VALUES (?, ?, ?, ?)",
    );
    this.#getPicture = database.prepare("SELECT hash, content_type, bytes FROM pictures WHERE hash = ?");
    this.#putPicture = database.prepare(
      "INSERT OR IGNORE INTO pictures (hash, content_type, bytes) VALUES (?, ?, ?)",
    );
    this.#dropPictures = database.prepare("DELETE FROM pictures WHERE id <= (SELECT max(id) FROM pictures) - ?");
  }

  /** Everything that is known, at most {@link MAX_MEDIA_FILES}. */
  all(): readonly MediaRow[] {
    return this.#all.all(MAX_MEDIA_FILES).map((raw) => {
      const { info_hash, file_index: index, facts, picture } = v.parse(rowSchema, raw);
      return { infoHash: parseInfoHash(info_hash), index, facts, ...(picture === null ? {} : { picture }) };
    });
  }

  /** What is known of one file. */
  facts({ infoHash, index }: MediaKey): MediaFacts | undefined {
    const raw = this.#get.get(infoHash, index);
    return raw === undefined ? undefined : v.parse(rowSchema, raw).facts;
  }

  /** Remembers a file; on a full disk it does not, and the file is read again after the next start. */
  put({ infoHash, index, facts, picture }: MediaRow): void {
    isWritten(() => this.#put.run(infoHash, index, JSON.stringify(facts), picture ?? null));
  }

  /** A picture by its digest; undefined when it is not kept (any more). */
  picture(hash: string): StoredPicture | undefined {
    const raw = this.#getPicture.get(hash);
    if (raw === undefined) return undefined;
    const { content_type: contentType, bytes } = v.parse(pictureSchema, raw);
    return { hash, contentType, bytes: new Uint8Array(bytes) };
  }

  /** Keeps a picture; false when the disk is full. */
  putPicture({ hash, contentType, bytes }: StoredPicture): boolean {
    return isWritten(() => {
      this.#putPicture.run(hash, contentType, bytes);
      this.#dropPictures.run(MAX_PICTURES);
    });
  }
}
