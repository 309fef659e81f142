/**
 * Torrent files.
 *
 * @module
 */
import { Geometry } from "./geometry.ts";
import { InfoHash, InfoHashV2 } from "./ids.ts";

export interface TorrentFile {
  readonly path: readonly string[];
  readonly length: number;
  readonly offset: number;
  readonly isPad: boolean;
  readonly piecesRoot?: Uint8Array;
  readonly isExecutable?: boolean;
  readonly isHidden?: boolean;
}
export interface Info {
  readonly infoHash: InfoHash;
  readonly infoHashV2?: InfoHashV2;
  readonly version: "v1" | "v2" | "hybrid";
  readonly name: string;
  readonly pieceLength: number;
  readonly files: readonly TorrentFile[];
  readonly geometry: Geometry;
  readonly pieceHashes?: Uint8Array;
  readonly isPrivate: boolean;
  readonly infoBytes: Uint8Array;
}
export interface Metainfo {
  readonly info: Info;
  readonly pieceLayers: ReadonlyMap<string, Uint8Array>;
  readonly trackers: readonly (readonly string[])[];
}
export declare class MetainfoSyntaxError extends SyntaxError {
  readonly offset: number;
}
export const MAX_METAINFO_LENGTH = 16 * 1024 * 1024;
export const MAX_INFO_LENGTH = 8 * 1024 * 1024;
export const MAX_FILES = 100_000;
export declare function decodeInfo(infoBytes: Uint8Array): Info;
export declare function decodeMetainfo(bytes: Uint8Array): Metainfo;
export declare function encodeMetainfo(metainfo: Metainfo): Uint8Array<ArrayBuffer>;
