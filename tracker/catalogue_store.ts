/**
 * The torrents that the tracker has verified, in SQLite: what survives a restart, so that a row of the catalogue comes
 * back as soon as somebody announces it. Bounded in rows and bytes; the longest unheld go first.
 *
 * @module
 */
import type { DatabaseSync, SQLOutputValue, StatementSync } from "node:sqlite";
import { type InfoHash, type InfoHashV2, parseInfoHash, parseInfoHashV2 } from "../shared/ids.ts";
import { MEDIA_KINDS, type MediaKind } from "../shared/media_kind.ts";

/** Torrents kept at most: ten times a large community, and an index that SQLite holds in memory. */
const MAX_STORED_TORRENTS = 200_000;

/** Bytes of torrents kept at most: that many hybrids of a film each have 10 KiB, and the disk is not ours alone. */
const MAX_STORED_BYTES = 2 * 1024 * 1024 * 1024;

const COLUMNS =
  "info_hash, info_hash_v2, content_key, name, kind, is_kind_claimed, size_bytes, file_count, added_at_ms, duration_seconds";

/** What the catalogue knows of a torrent without reading it again. */
export interface StoredTorrent {
  readonly infoHash: InfoHash;
  /** Only of v2 and hybrid torrents. */
  readonly infoHashV2?: InfoHashV2;
  /** The same for torrents with the very same content. */
  readonly contentKey: string;
  readonly name: string;
  readonly kind: MediaKind;
  /** Whether the kind was told by somebody who has the content, and not guessed from a name. */
  readonly isKindClaimed: boolean;
  readonly sizeBytes: number;
  readonly fileCount: number;
  readonly addedAtMs: number;
  /** As somebody who shares it says first; absent until then. Nobody has checked it. */
  readonly durationSeconds?: number;
}

/** Limits that tests lower. */
export interface StoreLimits {
  readonly maxTorrents?: number;
  readonly maxBytes?: number;
}

/** There is no room for another torrent, all that are kept being in use. */
export class StoreFullError extends Error {
  override readonly name = "StoreFullError";
}

/** The table of torrents. */
export class CatalogueStore {
  readonly #database: DatabaseSync;
  readonly #limits: Required<StoreLimits>;
  readonly #statements = new Map<string, StatementSync>();
  #torrentCount = 0;
  #byteCount = 0;

  /** Of a database of `openTrackerDatabase`, which stays its owner's. */
  constructor(database: DatabaseSync, limits: StoreLimits = {}) {
    this.#limits = { maxTorrents: MAX_STORED_TORRENTS, maxBytes: MAX_STORED_BYTES, ...limits };
    this.#database = database;
    this.#recount();
  }

  /** Number of torrents kept. */
  get torrentCount(): number {
    return this.#torrentCount;
  }

  /** A torrent by either of its names: the info-hash, or the 64 digits of its v2 info-hash. */
  find(infoHash: InfoHash | InfoHashV2): StoredTorrent | undefined {
    const column = infoHash.length === 64 ? "info_hash_v2" : "info_hash";
    const row = this.#prepare(`SELECT ${COLUMNS} FROM torrents WHERE ${column} = ?`).get(infoHash);
    return row === undefined ? undefined : storedTorrent(row);
  }

  /** The bytes of its .torrent file, without trackers; a fresh copy. */
  torrentBytes(infoHash: InfoHash): Uint8Array | undefined {
    const blob = this.#prepare("SELECT torrent FROM torrents WHERE info_hash = ?").get(infoHash)?.torrent;
    return blob instanceof Uint8Array ? blob : undefined;
  }

  /** Length of its .torrent file; 0 when it is not kept. */
  torrentLength(infoHash: InfoHash): number {
    const row = this.#prepare("SELECT torrent_length FROM torrents WHERE info_hash = ?").get(infoHash);
    return Number(row?.torrent_length ?? 0);
  }

  /** Names of all hybrids: those that have two swarms on the trackers of others. */
  hybrids(): readonly { readonly infoHash: InfoHash; readonly infoHashV2: InfoHashV2 }[] {
    const rows = this.#prepare(
      "SELECT info_hash, info_hash_v2 FROM torrents WHERE info_hash_v2 IS NOT NULL",
    ).all();
    return rows.map((row) => ({
      infoHash: parseInfoHash(text(row.info_hash)),
      infoHashV2: parseInfoHashV2(text(row.info_hash_v2)),
    }));
  }

  /**
   * Keeps a torrent, in place of what was kept of it.
   *
   * @throws {StoreFullError} when there is no room, `isHeld` says which must stay
   */
  put(
    torrent: StoredTorrent,
    options: { readonly bytes: Uint8Array; readonly nowMs: number; readonly isHeld: (infoHash: InfoHash) => boolean },
  ): void {
    const { bytes, nowMs, isHeld } = options;
    this.remove(torrent.infoHash);
    this.#makeRoom(bytes.length, isHeld);
    this.#prepare(`INSERT INTO torrents (${COLUMNS}, held_at_ms, torrent_length, torrent)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`).run(
      torrent.infoHash,
      torrent.infoHashV2 ?? null,
      torrent.contentKey,
      torrent.name,
      torrent.kind,
      torrent.isKindClaimed ? 1 : 0,
      torrent.sizeBytes,
      torrent.fileCount,
      Math.round(torrent.addedAtMs),
      torrent.durationSeconds ?? null,
      Math.round(nowMs),
      bytes.length,
      bytes,
    );
    this.#torrentCount++;
    this.#byteCount += bytes.length;
  }

  /** Notes when torrents were last held by somebody. */
  touch(infoHashes: Iterable<InfoHash>, nowMs: number): void {
    const statement = this.#prepare("UPDATE torrents SET held_at_ms = ? WHERE info_hash = ?");
    this.#database.exec("BEGIN");
    for (const infoHash of infoHashes) statement.run(Math.round(nowMs), infoHash);
    this.#database.exec("COMMIT");
  }

  /** Forgets what nobody has held since then; gives their names. */
  forgetUnheldSince(sinceMs: number): readonly StoredTorrent[] {
    const rows = this.#prepare(`SELECT ${COLUMNS} FROM torrents WHERE held_at_ms < ?`).all(Math.round(sinceMs));
    const forgotten = rows.map(storedTorrent);
    for (const { infoHash } of forgotten) this.remove(infoHash);
    return forgotten;
  }

  /** Forgets one torrent, if it is kept. */
  remove(infoHash: InfoHash): void {
    const row = this.#prepare("DELETE FROM torrents WHERE info_hash = ? RETURNING torrent_length").get(infoHash);
    if (row === undefined) return;
    this.#torrentCount--;
    this.#byteCount -= Number(row.torrent_length);
  }

  #recount(): void {
    const row = this.#prepare("SELECT count(*) AS torrents, total(torrent_length) AS bytes FROM torrents").get();
    this.#torrentCount = Number(row?.torrents);
    this.#byteCount = Number(row?.bytes);
  }

  #makeRoom(length: number, isHeld: (infoHash: InfoHash) => boolean): void {
    const isFull = () =>
      this.#torrentCount >= this.#limits.maxTorrents || this.#byteCount + length > this.#limits.maxBytes;
    if (!isFull()) return;
    const candidates = this.#prepare("SELECT info_hash FROM torrents ORDER BY held_at_ms").all();
    for (const row of candidates) {
      const infoHash = parseInfoHash(text(row.info_hash));
      if (!isHeld(infoHash)) this.remove(infoHash);
      if (!isFull()) return;
    }
    throw new StoreFullError(`Cannot keep another torrent: ${this.#torrentCount} are kept, all of them in use`);
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, statement = this.#database.prepare(sql));
    return statement;
  }
}

function storedTorrent(row: Record<string, SQLOutputValue>): StoredTorrent {
  return {
    infoHash: parseInfoHash(text(row.info_hash)),
    ...(row.info_hash_v2 === null ? {} : { infoHashV2: parseInfoHashV2(text(row.info_hash_v2)) }),
    contentKey: text(row.content_key),
    name: text(row.name),
    kind: mediaKindOf(text(row.kind)),
    isKindClaimed: row.is_kind_claimed === 1,
    sizeBytes: Number(row.size_bytes),
    fileCount: Number(row.file_count),
    addedAtMs: Number(row.added_at_ms),
    ...(typeof row.duration_seconds === "number" ? { durationSeconds: row.duration_seconds } : {}),
  };
}

function text(value: SQLOutputValue | undefined): string {
  if (typeof value !== "string") throw new TypeError(`Cannot read a column as text: it has a ${typeof value}`);
  return value;
}

function mediaKindOf(text: string): MediaKind {
  return MEDIA_KINDS.find((kind) => kind === text) ?? "other";
}
