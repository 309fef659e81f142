/**
 * One file as a player reads it: what it is called, what it is, and its bytes, which may not all be here yet.
 *
 * @module
 */
import type { InfoHash } from "../../shared/ids.ts";
import type { MediaKind } from "../../shared/media_kind.ts";
import type { VerifiedBytes } from "./verified_reader.ts";

/** A file of a torrent, ready to be read. */
export interface MediaFile {
  /** The torrent it is in. */
  readonly infoHash: InfoHash;
  /** Its index in the torrent, pads included. */
  readonly index: number;
  /** The last segment of its path, as in the torrent: it may hold any character. */
  readonly name: string;
  /** What it holds. */
  readonly kind: MediaKind;
  /** Its media type. Only types that no browser runs as a page of ours are answered as they are. */
  readonly contentType: string;
  /** Its bytes. */
  readonly bytes: VerifiedBytes;
}

/** Finds a file; undefined when the torrent or the file is not here, or its metadata are not known yet. */
export type FindMediaFile = (infoHash: InfoHash, index: number) => MediaFile | undefined;
