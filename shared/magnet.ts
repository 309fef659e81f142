/**
 * Magnet links (BEP 9 with `x.pe`, BEP 52 `btmh`, BEP 53 `so`): the name of a torrent and where to ask about it.
 *
 * @module
 */

import { type Endpoint, EndpointSyntaxError, formatEndpoint, parseEndpoint } from "./endpoint.ts";
import { FileSelectionSyntaxError, formatFileSelection, parseFileSelection } from "./file_selection.ts";
import {
  IdSyntaxError,
  type InfoHash,
  infoHash,
  type InfoHashV2,
  parseInfoHash,
  parseInfoHashV2,
  truncateInfoHash,
} from "./ids.ts";

/** What a magnet link says. */
export interface Magnet {
  /** The name on the wire: of the v1 part where there is one, else the v2 hash cut to 20 bytes. */
  readonly infoHash: InfoHash;
  /** The full SHA-256 of a v2 or hybrid torrent. */
  readonly infoHashV2?: InfoHashV2;
  /** What to show until the real name is known. */
  readonly name?: string;
  /** Announce addresses, in the order of the link. */
  readonly trackers: readonly string[];
  /** Peers to try at once (`x.pe`). */
  readonly peers: readonly Endpoint[];
  /** Files to fetch, ascending; all of them when missing (BEP 53). */
  readonly fileIndices?: readonly number[];
  /** Bytes of the content, as the link claims. */
  readonly length?: number;
}

/** Text that is no magnet link of a torrent. */
export class MagnetSyntaxError extends SyntaxError {
  /** Always `MagnetSyntaxError`. */
  override readonly name = "MagnetSyntaxError";
  /** Index of the character where the wrong part starts; 0 when something is missing. */
  readonly offset: number;

  /** `offset` counts characters of the link. */
  constructor(message: string, offset: number, options?: ErrorOptions) {
    super(message, options);
    this.offset = offset;
  }
}

/** Characters of a link. The longest with hundreds of trackers have some 20,000. */
const MAX_MAGNET_LENGTH = 65_536;

/** Trackers and peers that are read from one link. */
const MAX_ADDRESSES = 200;

const PREFIX = "magnet:?";
const V1_NAME = "urn:btih:";
const V2_NAME = "urn:btmh:";

/** Multihash of a SHA-256: its code 0x12 and its 32 bytes (BEP 9 "magnet URI format"). */
const SHA256_MULTIHASH = "1220";

/**
 * Reads a magnet link. Numbered parameters (`tr.1`) count like plain ones; trackers and peers that make no sense are
 * passed over, and so are parameters of other networks.
 *
 * @throws {MagnetSyntaxError} when it is no magnet link, names no torrent, or its hash or file selection is malformed
 */
export function parseMagnet(uri: string): Magnet {
  const text = uri.trim();
  if (text.length > MAX_MAGNET_LENGTH || text.slice(0, PREFIX.length).toLowerCase() !== PREFIX) {
    throw new MagnetSyntaxError(`Cannot read ${JSON.stringify(text.slice(0, 80))} as a magnet link`, 0);
  }
  const parameters = parametersOf(text);
  const topics = parameters.filter(({ key }) => key === "xt");
  const v1 = firstHash(topics, { prefix: V1_NAME, parse: parseHashV1 });
  const v2 = firstHash(topics, { prefix: V2_NAME, parse: parseMultihash });
  const hash = v1 ?? (v2 === undefined ? undefined : truncateInfoHash(v2));
  if (hash === undefined) throw new MagnetSyntaxError("Cannot read a magnet link: it names no torrent", 0);
  const valueOf = (key: string) => parameters.find((parameter) => parameter.key === key);
  const name = valueOf("dn")?.value;
  const length = Number(valueOf("xl")?.value || NaN);
  const selection = valueOf("so");
  return {
    infoHash: hash,
    ...(v2 === undefined ? {} : { infoHashV2: v2 }),
    ...(name === undefined || name === "" ? {} : { name }),
    trackers: trackersOf(parameters),
    peers: peersOf(parameters),
    ...(selection === undefined ? {} : { fileIndices: selectionOf(selection) }),
    ...(Number.isSafeInteger(length) && length >= 0 ? { length } : {}),
  };
}

/** The link of a torrent, by which {@link parseMagnet} gives it back. */
export function formatMagnet(magnet: Magnet): string {
  const { infoHash: hash, infoHashV2: v2 } = magnet;
  const parts: string[] = [];
  if (v2 === undefined || hash !== truncateInfoHash(v2)) parts.push(`xt=${V1_NAME}${hash}`);
  if (v2 !== undefined) parts.push(`xt=${V2_NAME}${SHA256_MULTIHASH}${v2}`);
  if (magnet.name !== undefined) parts.push(`dn=${encodeURIComponent(magnet.name.toWellFormed())}`);
  if (magnet.length !== undefined) parts.push(`xl=${magnet.length}`);
  for (const tracker of magnet.trackers) parts.push(`tr=${encodeURIComponent(tracker)}`);
  // Colons and brackets may stand in a query (RFC 3986 section 3.4, by its usual reading), and others write them so.
  for (const peer of magnet.peers) parts.push(`x.pe=${formatEndpoint(peer)}`);
  if (magnet.fileIndices !== undefined) parts.push(`so=${formatFileSelection(magnet.fileIndices)}`);
  return PREFIX + parts.join("&");
}

interface Parameter {
  readonly key: string;
  readonly value: string;
  /** Where its value starts in the link. */
  readonly offset: number;
}

function parametersOf(text: string): readonly Parameter[] {
  const parameters: Parameter[] = [];
  let offset = PREFIX.length;
  for (const part of text.slice(PREFIX.length).split("&")) {
    const keyEnd = part.indexOf("=");
    // The parser of forms takes malformed escapes as they are and never throws.
    for (const [key, value] of new URLSearchParams(part)) {
      parameters.push({ key: key.toLowerCase().replace(/\.\d+$/, ""), value, offset: offset + keyEnd + 1 });
    }
    offset += part.length + 1;
  }
  return parameters;
}

function firstHash<Hash>(
  topics: readonly Parameter[],
  scheme: { readonly prefix: string; readonly parse: (text: string) => Hash },
): Hash | undefined {
  const { prefix, parse } = scheme;
  const topic = topics.find(({ value }) => value.toLowerCase().startsWith(prefix));
  if (topic === undefined) return undefined;
  try {
    return parse(topic.value.slice(prefix.length));
  } catch (error) {
    if (!(error instanceof IdSyntaxError)) throw error;
    const message = `Cannot read a magnet link: ${error.message}`;
    throw new MagnetSyntaxError(message, topic.offset + prefix.length + error.offset, { cause: error });
  }
}

/** 40 hex digits, or the 32 characters of base32 that old links have (RFC 4648). */
function parseHashV1(text: string): InfoHash {
  return text.length === 32 ? infoHash(decodeBase32(text)) : parseInfoHash(text);
}

function parseMultihash(text: string): InfoHashV2 {
  if (!text.startsWith(SHA256_MULTIHASH)) throw new IdSyntaxError("its multihash is no SHA-256", 0);
  return parseInfoHashV2(text.slice(SHA256_MULTIHASH.length));
}

const BASE32_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function decodeBase32(text: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor(text.length * 5 / 8));
  let buffered = 0;
  let bufferedBits = 0;
  let length = 0;
  for (let index = 0; index < text.length; index++) {
    const digit = BASE32_ALPHABET.indexOf(text.charAt(index).toUpperCase());
    if (digit < 0) throw new IdSyntaxError(`${JSON.stringify(text.charAt(index))} is no base32 digit`, index);
    buffered = buffered * 32 + digit;
    bufferedBits += 5;
    if (bufferedBits < 8) continue;
    bufferedBits -= 8;
    bytes[length++] = Math.floor(buffered / 2 ** bufferedBits);
    buffered %= 2 ** bufferedBits;
  }
  return bytes;
}

function trackersOf(parameters: readonly Parameter[]): readonly string[] {
  const urls = parameters.filter(({ key, value }) => key === "tr" && URL.canParse(value)).map(({ value }) => value);
  return Array.from(new Set(urls)).slice(0, MAX_ADDRESSES);
}

function peersOf(parameters: readonly Parameter[]): readonly Endpoint[] {
  const peers = new Map<string, Endpoint>();
  for (const { key, value } of parameters) {
    if (key !== "x.pe" || peers.size === MAX_ADDRESSES) continue;
    try {
      const peer = parseEndpoint(value);
      if (peer.port !== 0) peers.set(formatEndpoint(peer), peer);
    } catch (error) {
      // One wrong address among others is no reason to refuse the torrent.
      if (!(error instanceof EndpointSyntaxError)) throw error;
    }
  }
  return Array.from(peers.values());
}

function selectionOf(parameter: Parameter): readonly number[] {
  try {
    return parseFileSelection(parameter.value);
  } catch (error) {
    if (!(error instanceof FileSelectionSyntaxError)) throw error;
    const message = `Cannot read a magnet link: ${error.message}`;
    throw new MagnetSyntaxError(message, parameter.offset + error.offset, { cause: error });
  }
}
