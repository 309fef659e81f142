/**
 * Torrents for the tests of this room: of any length and name, made the way our peers make them.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { encodeBencode } from "../shared/bencode_writer.ts";
import { BLOCK_LENGTH } from "../shared/geometry.ts";
import { decodeInfo, type Metainfo } from "../shared/metainfo.ts";
import { createMetainfo } from "../shared/metainfo_create.ts";

const PIECE_LENGTH = 512 * 1024;

/** The hybrid torrent of a file with this name whose bytes are all `fill`, `length` of them (one piece at the most). */
export function sampleTorrent(
  name: string,
  options: { readonly length?: number; readonly fill?: number } = {},
): Metainfo {
  const { length = 1000, fill = 1 } = options;
  const content = new Uint8Array(length).fill(fill);
  const leaves = new Uint8Array(32 * Math.ceil(length / BLOCK_LENGTH));
  for (let offset = 0; offset < length; offset += BLOCK_LENGTH) {
    leaves.set(digest("sha256", content.subarray(offset, offset + BLOCK_LENGTH)), 32 * offset / BLOCK_LENGTH);
  }
  const pieceHashes = length === 0 ? new Uint8Array(0) : digest("sha1", content);
  return createMetainfo(name, { length, pieceLength: PIECE_LENGTH, pieceHashes, leaves });
}

/** A torrent as only v1 clients make it, of a folder with these files. */
export function sampleFolderTorrent(name: string, files: Readonly<Record<string, number>>): Metainfo {
  const total = Object.values(files).reduce((sum, length) => sum + length, 0);
  const infoBytes = encodeBencode({
    files: Object.entries(files).map(([path, length]) => ({ length, path: path.split("/") })),
    name,
    "piece length": PIECE_LENGTH,
    pieces: new Uint8Array(20 * Math.ceil(total / PIECE_LENGTH)),
  });
  return { info: decodeInfo(infoBytes), pieceLayers: new Map(), trackers: [] };
}

function digest(algorithm: string, bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash(algorithm).update(bytes).digest());
}
