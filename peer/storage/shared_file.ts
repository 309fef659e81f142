/**
 * A file of a share whose content is known. Ten thousand of them may rest, and nobody asks for most: what is kept of each
 * is what lists show and what peers ask by; the rest of its torrent is read from the database when it is wanted.
 *
 * @module
 */
import type { InfoHash, InfoHashV2 } from "../../shared/ids.ts";
import { infoHashesOf } from "../../shared/info_hashes.ts";
import type { MediaKind } from "../../shared/media_kind.ts";
import type { Metainfo } from "../../shared/metainfo.ts";
import { StorageError } from "./storage_error.ts";
import type { FileStamp } from "./file_stamp.ts";

/** What is kept of the torrent of a file, as plain data. */
export interface TorrentSummary {
  /** The name in the torrent: that of the file, in Unicode's composed form. */
  readonly name: string;
  /** By which it is announced and asked for, its own first. */
  readonly infoHashes: readonly [InfoHash, ...InfoHash[]];
  /** What magnet links name beside the v1 info-hash, and what a peer that speaks v2 is upgraded to (BEP 52). */
  readonly infoHashV2?: InfoHashV2;
  readonly pieceCount: number;
}

/** A file of a share. Two files of a share may be one torrent: same name, same content. */
export interface SharedFile extends TorrentSummary {
  /** Absolute. */
  readonly path: string;
  /** What it looked like when it was hashed. */
  readonly stamp: FileStamp;
  readonly kind: MediaKind;
  readonly contentType: string;
  readonly infoHash: InfoHash;
  /** All of its torrent; reading it may read from the disk. */
  readonly metainfo: Metainfo;
}

/** What is known of a file beside its torrent. */
export type FileFacts = Pick<SharedFile, "path" | "stamp" | "kind" | "contentType">;

/** The summary of a torrent. */
export function summarize(metainfo: Metainfo): TorrentSummary {
  const { info } = metainfo;
  const [own = info.infoHash, ...others] = infoHashesOf(info);
  return {
    name: info.name,
    infoHashes: [own, ...others],
    pieceCount: info.geometry.pieceCount,
    ...(info.infoHashV2 === undefined ? {} : { infoHashV2: info.infoHashV2 }),
  };
}

/** A shared file whose torrent is loaded when it is wanted, and forgotten when nobody uses it. */
export class RestingFile implements SharedFile {
  readonly path: string;
  readonly stamp: FileStamp;
  readonly kind: MediaKind;
  readonly contentType: string;
  readonly name: string;
  readonly infoHashes: readonly [InfoHash, ...InfoHash[]];
  readonly infoHashV2?: InfoHashV2;
  readonly pieceCount: number;
  readonly #load: () => Metainfo | undefined;
  #loaded: WeakRef<Metainfo> | undefined;

  /** Loads nothing yet. */
  constructor(
    facts: FileFacts,
    options: { readonly summary: TorrentSummary; readonly load: () => Metainfo | undefined },
  ) {
    this.path = facts.path;
    this.stamp = facts.stamp;
    this.kind = facts.kind;
    this.contentType = facts.contentType;
    const { name, infoHashes, infoHashV2, pieceCount } = options.summary;
    this.name = name;
    this.infoHashes = infoHashes;
    this.pieceCount = pieceCount;
    if (infoHashV2 !== undefined) this.infoHashV2 = infoHashV2;
    this.#load = options.load;
  }

  /** Its own info-hash. */
  get infoHash(): InfoHash {
    return this.infoHashes[0];
  }

  /** All of its torrent. @throws {StorageError} `changed` when the database has another one for the path by now */
  get metainfo(): Metainfo {
    const loaded = this.#loaded?.deref();
    if (loaded !== undefined) return loaded;
    const metainfo = this.#load();
    if (metainfo?.info.infoHash !== this.infoHash) {
      throw new StorageError("changed", `${this.path} is not what was shared any more`, { path: this.path });
    }
    this.#loaded = new WeakRef(metainfo);
    return metainfo;
  }
}
