/**
 * Creating torrents.
 *
 * @module
 */
import { Metainfo } from "./metainfo.ts";
export interface FileHashes {
  readonly length: number;
  readonly pieceLength: number;
  readonly pieceHashes: Uint8Array;
  readonly leaves: Uint8Array;
}
export declare function choosePieceLength(length: number): number;
export declare function createMetainfo(
  name: string,
  hashes: FileHashes,
  options?: { readonly trackers?: readonly (readonly string[])[] },
): Metainfo;
