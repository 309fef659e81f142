/**
 * The names of torrents and of peers (BEP 3, 20, 52). An id is a lower-case hex string of fixed length, so it is a `Map`
 * key, compares with `===`, and is converted at the edge of the program only.
 *
 * @module
 */

/** Marks {@link InfoHash} for the type checker; nothing of it exists when the program runs. */
export declare const infoHashBrand: unique symbol;
/** Marks {@link InfoHashV2} for the type checker; nothing of it exists when the program runs. */
export declare const infoHashV2Brand: unique symbol;
/** Marks {@link PeerId} for the type checker; nothing of it exists when the program runs. */
export declare const peerIdBrand: unique symbol;

/**
 * The 20 bytes that name a torrent on the wire, as 40 lower-case hex digits: the SHA-1 of the info dictionary, or for
 * a v2-only torrent its SHA-256 cut to 20 bytes (BEP 3, BEP 52 "infohash").
 */
export type InfoHash = string & { readonly [infoHashBrand]: true };

/** The SHA-256 of a v2 or hybrid info dictionary, as 64 lower-case hex digits (BEP 52). */
export type InfoHashV2 = string & { readonly [infoHashV2Brand]: true };

/** The 20 bytes by which a client names itself, as 40 lower-case hex digits (BEP 3, BEP 20). */
export type PeerId = string & { readonly [peerIdBrand]: true };

/** Bytes of an {@link InfoHash} and of a {@link PeerId}. */
export const ID_LENGTH = 20;

/** Bytes of an {@link InfoHashV2}. */
const ID_V2_LENGTH = 32;

/** Text that is not the id it should be. */
export class IdSyntaxError extends SyntaxError {
  /** Always `IdSyntaxError`. */
  override readonly name = "IdSyntaxError";
  /** Index of the first character that cannot be part of the id. */
  readonly offset: number;

  /** `offset` counts characters of the text that was read. */
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/**
 * The info-hash made of these 20 bytes.
 *
 * @throws {RangeError} unless there are 20 bytes
 */
export function infoHash(bytes: Uint8Array): InfoHash {
  const hex = bytes.toHex();
  if (!isInfoHash(hex)) throw wrongLength(bytes, "an info-hash", ID_LENGTH);
  return hex;
}

/**
 * The v2 info-hash made of these 32 bytes.
 *
 * @throws {RangeError} unless there are 32 bytes
 */
export function infoHashV2(bytes: Uint8Array): InfoHashV2 {
  const hex = bytes.toHex();
  if (!isInfoHashV2(hex)) throw wrongLength(bytes, "a v2 info-hash", ID_V2_LENGTH);
  return hex;
}

/**
 * The peer id made of these 20 bytes.
 *
 * @throws {RangeError} unless there are 20 bytes
 */
export function peerId(bytes: Uint8Array): PeerId {
  const hex = bytes.toHex();
  if (!isPeerId(hex)) throw wrongLength(bytes, "a peer id", ID_LENGTH);
  return hex;
}

/**
 * Reads 40 hex digits of any case.
 *
 * @throws {IdSyntaxError} when the text is anything else
 */
export function parseInfoHash(hex: string): InfoHash {
  return infoHash(bytesOfHex(hex, ID_LENGTH));
}

/**
 * Reads 64 hex digits of any case.
 *
 * @throws {IdSyntaxError} when the text is anything else
 */
export function parseInfoHashV2(hex: string): InfoHashV2 {
  return infoHashV2(bytesOfHex(hex, ID_V2_LENGTH));
}

/**
 * Reads 40 hex digits of any case.
 *
 * @throws {IdSyntaxError} when the text is anything else
 */
export function parsePeerId(hex: string): PeerId {
  return peerId(bytesOfHex(hex, ID_LENGTH));
}

/** The 20 bytes of an info-hash; a fresh copy that belongs to the caller. */
export function infoHashBytes(hash: InfoHash): Uint8Array {
  return Uint8Array.fromHex(hash);
}

/** The 32 bytes of a v2 info-hash; a fresh copy that belongs to the caller. */
export function infoHashV2Bytes(hash: InfoHashV2): Uint8Array {
  return Uint8Array.fromHex(hash);
}

/** The name on the wire of a v2-only torrent: the first 20 of the 32 bytes (BEP 52 "infohash"). */
export function truncateInfoHash(v2: InfoHashV2): InfoHash {
  return parseInfoHash(v2.slice(0, 2 * ID_LENGTH));
}

/** The 20 bytes of a peer id; a fresh copy that belongs to the caller. */
export function peerIdBytes(id: PeerId): Uint8Array {
  return Uint8Array.fromHex(id);
}

/** Our client code and version in a peer id (BEP 20, Azureus style): Playswarm 0.1.0. */
const OWN_PREFIX = "-PS0100-";

/** Characters that need no escape in a URL, so that an announce is short and readable; 64, so that a byte maps evenly. */
const ID_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/**
 * A peer id of our own: `-PS0100-` and twelve characters made of the twelve random bytes (BEP 20).
 *
 * @throws {RangeError} unless there are 12 bytes
 */
export function createPeerId(random: Uint8Array): PeerId {
  const wanted = ID_LENGTH - OWN_PREFIX.length;
  if (random.length !== wanted) {
    throw new RangeError(`Cannot use ${random.length} random bytes for a peer id: it takes ${wanted}`);
  }
  let text = OWN_PREFIX;
  for (const byte of random) text += ID_ALPHABET.charAt(byte % ID_ALPHABET.length);
  return peerId(new TextEncoder().encode(text));
}

/** Two-letter codes of BEP 20 with the names that people know. Clients of today and those still met in old swarms. */
const CLIENT_NAMES: ReadonlyMap<string, string> = new Map([
  ["7T", "aTorrent"],
  ["AG", "Ares"],
  ["AZ", "Vuze"],
  ["BC", "BitComet"],
  ["BG", "BTGetit"],
  ["BI", "BiglyBT"],
  ["BL", "BitLord"],
  ["BT", "BitTorrent"],
  ["BW", "BitWombat"],
  ["DE", "Deluge"],
  ["FD", "Free Download Manager"],
  ["FL", "Flud"],
  ["FW", "FrostWire"],
  ["GT", "anacrolix/torrent"],
  ["KG", "KGet"],
  ["KT", "KTorrent"],
  ["LT", "libtorrent (Rasterbar)"],
  ["lt", "libTorrent (rTorrent)"],
  ["LW", "LimeWire"],
  ["MG", "MediaGet"],
  ["PI", "PicoTorrent"],
  ["PS", "Playswarm"],
  ["qB", "qBittorrent"],
  ["RN", "Rain"],
  ["rQ", "rqbit"],
  ["SD", "Thunder"],
  ["ST", "SymTorrent"],
  ["TL", "Tribler"],
  ["TR", "Transmission"],
  ["TX", "Tixati"],
  ["UM", "µTorrent Mac"],
  ["UT", "µTorrent"],
  ["UW", "µTorrent Web"],
  ["WD", "WebTorrent Desktop"],
  ["WW", "WebTorrent"],
  ["XL", "Xunlei"],
]);

/**
 * The program behind a peer id, by the conventions of BEP 20: `qBittorrent 4.6.0`, `libtorrent (Rasterbar) 2.0.8`,
 * `aria2 1.36.0`, `Playswarm 0.1.0`; `unknown` where the id follows none of them or has a code that is not listed.
 */
export function clientName(id: PeerId): string {
  const text = String.fromCharCode(...peerIdBytes(id));
  const azureus = /^-([A-Za-z0-9]{2})([0-9A-Za-z]{4})/.exec(text);
  const name = CLIENT_NAMES.get(azureus?.[1] ?? "");
  if (azureus !== null && name !== undefined) return `${name} ${clientVersion(name, azureus[2] ?? "")}`;
  // aria2 and the mainline client write their version in clear, with dashes for dots.
  const dashed = /^(A2-|M)(\d+)-(\d+)-(\d+)-/.exec(text);
  if (dashed === null) return "unknown";
  const [, code, major, minor, patch] = dashed;
  return `${code === "M" ? "BitTorrent" : "aria2"} ${major}.${minor}.${patch}`;
}

/** Four digits, each of base 36, a last zero left out: `4600` is 4.6.0 and `20B1` is 2.0.11.1. */
function clientVersion(name: string, digits: string): string {
  // WebTorrent alone packs major and minor as two decimal digits each.
  if (name.startsWith("WebTorrent")) return `${Number(digits.slice(0, 2))}.${Number(digits.slice(2))}`;
  const numbers = Array.from(digits, (digit) => parseInt(digit, 36));
  if (numbers[3] === 0) numbers.pop();
  return numbers.join(".");
}

/** Hex that `toHex` gave is of lower case, so that its length is all there is to prove. */
function isInfoHash(hex: string): hex is InfoHash {
  return hex.length === 2 * ID_LENGTH;
}

function isInfoHashV2(hex: string): hex is InfoHashV2 {
  return hex.length === 2 * ID_V2_LENGTH;
}

function isPeerId(hex: string): hex is PeerId {
  return hex.length === 2 * ID_LENGTH;
}

function wrongLength(bytes: Uint8Array, what: string, length: number): RangeError {
  return new RangeError(`Cannot use ${bytes.length} bytes as ${what}: it has ${length}`);
}

function bytesOfHex(hex: string, length: number): Uint8Array {
  const wrong = hex.search(/[^0-9a-fA-F]/);
  if (wrong >= 0 || hex.length !== 2 * length) {
    const offset = wrong >= 0 ? wrong : Math.min(hex.length, 2 * length);
    const shown = JSON.stringify(hex.slice(0, 80));
    throw new IdSyntaxError(`Cannot read ${shown} as ${2 * length} hex digits: wrong at ${offset}`, offset);
  }
  return Uint8Array.fromHex(hex);
}
