/**
 * Torrent files and info dictionaries of every kind: v1 (BEP 3, with the attributes of BEP 47), v2 and hybrid (BEP 52).
 * An {@link Info} that exists is consistent: its lengths, hashes and both parts of a hybrid agree. The bytes that were
 * hashed are kept as they came and never encoded anew.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { bencodeSpan, BencodeSyntaxError, type BencodeValue, decodeBencode } from "./bencode.ts";
import { bytesToKey, bytesToText } from "./bencode_text.ts";
import { type BencodeEncodable, encodeBencode } from "./bencode_writer.ts";
import { BLOCK_LENGTH, Geometry } from "./geometry.ts";
import { ID_LENGTH, type InfoHash, infoHash, type InfoHashV2, infoHashV2, truncateInfoHash } from "./ids.ts";
import { FileTree, HASH_LENGTH } from "./merkle.ts";
import { MetainfoFields, MetainfoSyntaxError } from "./metainfo_fields.ts";
import { mergeFiles, readFilesV1, readFilesV2, type TorrentFile } from "./metainfo_files.ts";
import { isPowerOfTwo } from "./power_of_two.ts";

/** What an info dictionary says, checked. */
export interface Info {
  /** The name of the torrent on the wire. */
  readonly infoHash: InfoHash;
  /** The full SHA-256; for v2 and hybrid torrents. */
  readonly infoHashV2?: InfoHashV2;
  /** Which of the two formats it has, or both. */
  readonly version: "v1" | "v2" | "hybrid";
  /** What the torrent is called; NOT yet safe for a disk. */
  readonly name: string;
  /** Bytes of a piece. */
  readonly pieceLength: number;
  /** All files in their order, pads included; the index in this list is the file's number everywhere. */
  readonly files: readonly TorrentFile[];
  /** Where pieces, blocks and files lie. */
  readonly geometry: Geometry;
  /** SHA-1 of each piece, 20 bytes each (a view); for v1 and hybrid torrents. */
  readonly pieceHashes?: Uint8Array;
  /** Whether peers may come from its own trackers only (BEP 27). */
  readonly isPrivate: boolean;
  /** The dictionary as it was hashed (a view of the input): what a magnet's asker gets (BEP 9). Do not write into it. */
  readonly infoBytes: Uint8Array;
}

/** What a torrent file says, checked. */
export interface Metainfo {
  /** The part that the info-hash names. */
  readonly info: Info;
  /**
   * By pieces root (64 hex digits) the hashes of the file's pieces, 32 bytes each (views): of files longer than a piece,
   * as far as the torrent file has them. What is here was checked against its root.
   */
  readonly pieceLayers: ReadonlyMap<string, Uint8Array>;
  /** Announce addresses in tiers (BEP 12), as they stand in the file. */
  readonly trackers: readonly (readonly string[])[];
}

/** Bytes of an info dictionary: 400,000 v1 pieces, or 100,000 short file names. libtorrent fetches at most 3 MiB. */
export const MAX_INFO_LENGTH = 8 * 1024 * 1024;

/** Bytes of a torrent file: the longest info dictionary and as much again for piece layers. */
export const MAX_METAINFO_LENGTH = 2 * MAX_INFO_LENGTH;

/** Pieces of a torrent, as libtorrent has it: bounds bitfields, which a v2 torrent of few bytes could make huge. */
const MAX_PIECES = 0x20_0000;

/** Bytes of a piece: it must fit in the buffers that hold it until it is verified. */
export const MAX_PIECE_LENGTH = 64 * 1024 * 1024;

/** Announce addresses that are read; the longest public lists have a few dozen. */
const MAX_TRACKERS = 200;

/**
 * Reads an info dictionary. Byte arrays of the result are views of `infoBytes`.
 *
 * @throws {MetainfoSyntaxError} when it is not one, contradicts itself, or passes a limit of this module
 */
export function decodeInfo(infoBytes: Uint8Array): Info {
  return readInfo(decodeWithin(infoBytes, MAX_INFO_LENGTH), infoBytes);
}

/**
 * Reads a torrent file. Piece layers are checked against their roots; layers that are missing are left out, so that they
 * can be asked of peers. Byte arrays of the result are views of `bytes`.
 *
 * @throws {MetainfoSyntaxError} when it is not one, contradicts itself, or passes a limit of this module
 */
export function decodeMetainfo(bytes: Uint8Array): Metainfo {
  const value = decodeWithin(withoutTrailingSpace(bytes), MAX_METAINFO_LENGTH);
  if (!(value instanceof Map)) throw new MetainfoSyntaxError("Cannot read a torrent: it is no dictionary", 0);
  const top = new MetainfoFields(value, { bytes });
  const infoBytes = bencodeSpan(bytes, "info");
  const infoValue = top.optional("info");
  if (infoBytes === undefined || infoValue === undefined) {
    throw new MetainfoSyntaxError('Cannot read a torrent: "info" is missing', 0);
  }
  const info = withOffset(infoBytes.byteOffset - bytes.byteOffset, () => readInfo(infoValue, infoBytes));
  return { info, pieceLayers: readPieceLayers(top, info), trackers: readTrackers(top) };
}

/**
 * The bytes of a torrent file: the info dictionary verbatim, with piece layers and trackers. Nothing else is in it, so
 * that equal torrents are equal files. The buffer belongs to the caller.
 */
export function encodeMetainfo(metainfo: Metainfo): Uint8Array<ArrayBuffer> {
  const { info, pieceLayers, trackers } = metainfo;
  const layers = new Map(Array.from(pieceLayers, ([root, layer]) => [bytesToKey(Uint8Array.fromHex(root)), layer]));
  const first = trackers[0]?.[0];
  // In the order of the keys, as a dictionary must be.
  const parts = [
    ...member("announce", first),
    ...member("announce-list", trackers.flat().length > 1 ? trackers : undefined),
    encodeBencode("info"),
    info.infoBytes,
    ...member("piece layers", info.version === "v1" ? undefined : layers),
  ];
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 2));
  bytes[0] = "d".charCodeAt(0);
  let offset = 1;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  bytes[offset] = "e".charCodeAt(0);
  return bytes;
}

function member(key: string, value: BencodeEncodable | undefined): readonly Uint8Array[] {
  return value === undefined ? [] : [encodeBencode(key), encodeBencode(value)];
}

function readInfo(value: BencodeValue, infoBytes: Uint8Array): Info {
  if (!(value instanceof Map)) throw new MetainfoSyntaxError("Cannot read a torrent: its info is no dictionary", 0);
  if (infoBytes.length > MAX_INFO_LENGTH) {
    throw new MetainfoSyntaxError(`Cannot read an info dictionary of ${infoBytes.length} bytes: too long`, 0);
  }
  const fields = new MetainfoFields(value, { bytes: infoBytes });
  const version = readVersion(fields);
  const name = fields.text("name");
  const pieceLength = fields.integer("piece length", { min: 1, max: MAX_PIECE_LENGTH });
  if (version !== "v1" && (pieceLength < BLOCK_LENGTH || !isPowerOfTwo(pieceLength))) {
    fields.fail("piece length", `is ${pieceLength}, expected a power of two from ${BLOCK_LENGTH}`);
  }
  const files = readFiles(fields, { version, name, pieceLength });
  const geometry = new Geometry({ pieceLength, files, padsBlocks: version === "v2" });
  if (geometry.pieceCount > MAX_PIECES) fields.fail("piece length", `makes more than ${MAX_PIECES} pieces`);
  const isPrivate = fields.optional("private") === 1;
  const common = { version, name, pieceLength, files, geometry, isPrivate, infoBytes };
  const v1 = version === "v2" ? {} : { pieceHashes: readPieceHashes(fields, geometry.pieceCount) };
  return { ...common, ...v1, ...hashesOf(infoBytes, version) };
}

/** BEP 52: the version comes first, so that a torrent of a later one is refused for being that. */
function readVersion(fields: MetainfoFields): Info["version"] {
  if (!fields.has("meta version")) return "v1";
  const version = fields.optional("meta version");
  if (version !== 2) fields.fail("meta version", "is not 2, the only one that is known");
  return fields.has("pieces") ? "hybrid" : "v2";
}

function readFiles(
  fields: MetainfoFields,
  options: { version: Info["version"]; name: string; pieceLength: number },
): readonly TorrentFile[] {
  const { version, name, pieceLength } = options;
  if (version === "v1") return readFilesV1(fields, name);
  const v2 = readFilesV2(fields, name, pieceLength);
  return version === "v2" ? v2 : mergeFiles(fields, { v1: readFilesV1(fields, name), v2 });
}

function readPieceHashes(fields: MetainfoFields, pieceCount: number): Uint8Array {
  const hashes = fields.bytes("pieces");
  if (hashes.length !== pieceCount * ID_LENGTH) {
    fields.fail("pieces", `has ${hashes.length} bytes, but the files make ${pieceCount} pieces`);
  }
  return hashes;
}

function hashesOf(infoBytes: Uint8Array, version: Info["version"]): Pick<Info, "infoHash" | "infoHashV2"> {
  const v1 = () => infoHash(createHash("sha1").update(infoBytes).digest());
  if (version === "v1") return { infoHash: v1() };
  const v2 = infoHashV2(createHash("sha256").update(infoBytes).digest());
  return { infoHash: version === "v2" ? truncateInfoHash(v2) : v1(), infoHashV2: v2 };
}

function readPieceLayers(top: MetainfoFields, info: Info): ReadonlyMap<string, Uint8Array> {
  const layers = new Map<string, Uint8Array>();
  if (info.version === "v1" || !top.has("piece layers")) return layers;
  const given = top.fields("piece layers");
  for (const { piecesRoot, length } of info.files) {
    if (piecesRoot === undefined || length <= info.pieceLength || layers.has(piecesRoot.toHex())) continue;
    const key = bytesToKey(piecesRoot);
    const layer = given.optional(key);
    if (layer === undefined) continue;
    if (!(layer instanceof Uint8Array) || layer.length !== Math.ceil(length / info.pieceLength) * HASH_LENGTH) {
      top.fail("piece layers", `has not one hash for each piece of a file of ${length} bytes`);
    }
    const blockCount = Math.ceil(length / BLOCK_LENGTH);
    const tree = FileTree.fromPieceLayer(layer, { pieceLength: info.pieceLength, blockCount });
    if (bytesToKey(tree.piecesRoot) !== key) top.fail("piece layers", "has hashes that do not lead to their root");
    layers.set(piecesRoot.toHex(), layer);
  }
  return layers;
}

/** `announce-list` where there is one, else `announce` (BEP 12). What is no text there is passed over. */
function readTrackers(top: MetainfoFields): readonly (readonly string[])[] {
  const list = top.optional("announce-list");
  const tiers = Array.isArray(list) && list.length > 0 ? list : [[top.optional("announce")]];
  let room = MAX_TRACKERS;
  const trackers: string[][] = [];
  for (const tier of tiers.slice(0, MAX_TRACKERS)) {
    const urls = (Array.isArray(tier) ? tier : [tier])
      .slice(0, room)
      .map((url) => (url instanceof Uint8Array ? bytesToText(url).trim() : ""))
      .filter((url) => url !== "");
    room -= urls.length;
    if (urls.length > 0) trackers.push(urls);
  }
  return trackers;
}

/** Torrent files that went through an editor end in a line break; a dictionary itself never does. */
function withoutTrailingSpace(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d || bytes[end - 1] === 0x20)) end--;
  return bytes.subarray(0, end);
}

function decodeWithin(bytes: Uint8Array, maxLength: number): BencodeValue {
  if (bytes.length > maxLength) {
    throw new MetainfoSyntaxError(`Cannot read a torrent of ${bytes.length} bytes: the limit is ${maxLength}`, 0);
  }
  try {
    // Old clients wrote torrents with keys out of order; the hash is over the bytes as they are, so nothing is at stake.
    return decodeBencode(bytes, { allowUnsortedKeys: true });
  } catch (error) {
    if (!(error instanceof BencodeSyntaxError)) throw error;
    throw new MetainfoSyntaxError(`Cannot read a torrent: ${error.message}`, error.offset, { cause: error });
  }
}

/** Offsets inside the info dictionary, told as offsets inside the torrent file. */
function withOffset<Value>(offset: number, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof MetainfoSyntaxError)) throw error;
    throw new MetainfoSyntaxError(error.message, error.offset + offset, { cause: error });
  }
}
