/**
 * What a client asks a tracker over HTTP, both directions: the queries of announce and scrape as text (BEP 3, 23, 48).
 * Their answers are `http_tracker_answer.ts`.
 *
 * Invariant: info-hashes, peer ids and tracker ids pass through as the bytes they are. Decoding throws `ProtocolError`
 * and nothing else.
 *
 * @module
 */

import { bytesToKey, bytesToText, keyToBytes } from "../bencode_text.ts";
import { decodeAddress, encodeAddress } from "../endpoint.ts";
import { ID_LENGTH, type InfoHash, infoHash, infoHashBytes, peerId, peerIdBytes } from "../ids.ts";
import { ProtocolError } from "../protocol_error.ts";
import { type Announce, type AnnounceEvent, UNKNOWN_LEFT } from "./announce.ts";
import { percentDecode, percentEncode } from "./percent_encoding.ts";

/**
 * The longest query read, in characters: some 200 info-hashes in one scrape, and twenty times any announce. Common web
 * servers refuse request lines of more than 8 to 16 KiB.
 */
export const MAX_QUERY_LENGTH = 16_384;

/** How the client would like the peers. */
export interface AnnounceForm {
  /** Six or eighteen bytes a peer rather than dictionaries (BEP 23). */
  readonly isCompact: boolean;
  /** Leave the peer ids out of the dictionaries (`no_peer_id`); default false. */
  readonly noPeerId?: boolean;
}

/** A decoded announce query. */
export interface AnnounceQuery {
  /** What the client says. */
  readonly announce: Announce;
  /** `compact`; when the client does not say, true, as BEP 23 suggests. */
  readonly isCompact: boolean;
  /** `no_peer_id`. */
  readonly noPeerId: boolean;
}

/**
 * The query of an announce, without `?`, to be appended to the tracker's URL as it is.
 *
 * @throws {RangeError} when a number is negative or no integer
 */
export function encodeAnnounceQuery(announce: Announce, form: AnnounceForm): string {
  const { event, numWant, key, ip, trackerId } = announce;
  const parameters = [
    `info_hash=${percentEncode(infoHashBytes(announce.infoHash))}`,
    `peer_id=${percentEncode(peerIdBytes(announce.peerId))}`,
    `port=${naturalNumber("a port", announce.port)}`,
    `uploaded=${naturalNumber("uploaded", announce.uploaded)}`,
    `downloaded=${naturalNumber("downloaded", announce.downloaded)}`,
    `left=${naturalNumber("left", announce.left)}`,
    `compact=${form.isCompact ? 1 : 0}`,
  ];
  if (form.noPeerId) parameters.push("no_peer_id=1");
  if (event !== undefined) parameters.push(`event=${event}`);
  if (numWant !== undefined) parameters.push(`numwant=${naturalNumber("numwant", numWant)}`);
  if (key !== undefined) {
    parameters.push(`key=${naturalNumber("key", key).toString(16).toUpperCase().padStart(8, "0")}`);
  }
  if (ip !== undefined) parameters.push(`ip=${encodeURIComponent(ip)}`);
  if (trackerId !== undefined) parameters.push(`trackerid=${percentEncode(keyToBytes(trackerId))}`);
  return parameters.join("&");
}

/**
 * Reads the query of an announce. Of a parameter given twice the first counts. Forgiven: `uploaded` and `downloaded`
 * absent or negative (0), `left` so (unknown), counts beyond 2⁵³−1, unknown events, an `ip` that is no address, a `key`
 * that is no hexadecimal number (it becomes one that is its own).
 *
 * @param query with or without its `?`, percent-encoded
 * @throws {ProtocolError} `malformed` when info_hash, peer_id or port is absent or wrong, or a count is no number;
 * `too-long` above {@link MAX_QUERY_LENGTH}
 */
export function decodeAnnounceQuery(query: string): AnnounceQuery {
  const parameters = new Map<string, string>();
  for (const [name, value] of queryParameters(query)) if (!parameters.has(name)) parameters.set(name, value);
  return {
    announce: announceOf(parameters),
    isCompact: parameters.get("compact") !== "0",
    noPeerId: parameters.get("no_peer_id") === "1",
  };
}

/** The query of a scrape, without `?`. */
export function encodeScrapeQuery(infoHashes: readonly InfoHash[]): string {
  return infoHashes.map((hash) => `info_hash=${percentEncode(infoHashBytes(hash))}`).join("&");
}

/**
 * Reads the query of a scrape. None at all asks for every swarm, which a tracker need not grant.
 *
 * @param query with or without its `?`, percent-encoded
 * @throws {ProtocolError} `malformed` when an info_hash is not 20 bytes; `too-long` above {@link MAX_QUERY_LENGTH}
 */
export function decodeScrapeQuery(query: string): readonly InfoHash[] {
  return queryParameters(query).filter(([name]) => name === "info_hash").map(([, value]) =>
    infoHash(idBytes("info_hash", value))
  );
}

const EVENTS: ReadonlyMap<string, AnnounceEvent> = new Map([
  ["started", "started"],
  ["stopped", "stopped"],
  ["completed", "completed"],
  ["paused", "paused"],
]);

function queryParameters(query: string): [name: string, value: string][] {
  if (query.length > MAX_QUERY_LENGTH) {
    throw new ProtocolError("too-long", `Cannot read a query of ${query.length}: the limit is ${MAX_QUERY_LENGTH}`);
  }
  return query.replace(/^\?/, "").split("&").map((parameter) => {
    const end = parameter.indexOf("=");
    return end < 0 ? [parameter, ""] : [parameter.slice(0, end), parameter.slice(end + 1)];
  });
}

function announceOf(parameters: ReadonlyMap<string, string>): Announce {
  const port = decimal("port", parameters.get("port"));
  if (port === undefined || port < 0 || port > 0xffff) {
    throw new ProtocolError("malformed", "Cannot read an announce without a port from 0 to 65535");
  }
  const left = decimal("left", parameters.get("left")) ?? UNKNOWN_LEFT;
  const event = EVENTS.get(parameters.get("event") ?? "");
  const numWant = decimal("numwant", parameters.get("numwant"));
  const key = parameters.get("key");
  const address = encodeAddress(textOf(parameters.get("ip") ?? ""));
  const trackerId = parameters.get("trackerid");
  return {
    infoHash: infoHash(idBytes("info_hash", parameters.get("info_hash"))),
    peerId: peerId(idBytes("peer_id", parameters.get("peer_id"))),
    port,
    uploaded: Math.max(0, decimal("uploaded", parameters.get("uploaded")) ?? 0),
    downloaded: Math.max(0, decimal("downloaded", parameters.get("downloaded")) ?? 0),
    left: left < 0 ? UNKNOWN_LEFT : left,
    ...(event !== undefined && { event }),
    ...(numWant !== undefined && numWant >= 0 && { numWant }),
    ...(key !== undefined && key !== "" && { key: keyNumber(key) }),
    ...(address !== undefined && { ip: decodeAddress(address) }),
    ...(trackerId !== undefined && { trackerId: bytesToKey(percentDecode(trackerId)) }),
  };
}

function idBytes(name: string, value: string | undefined): Uint8Array {
  const bytes = percentDecode(value ?? "");
  if (bytes.length !== ID_LENGTH) {
    throw new ProtocolError(
      "malformed",
      `Cannot read ${name} of ${ID_LENGTH} bytes: current length is ${bytes.length}`,
    );
  }
  return bytes;
}

function textOf(value: string): string {
  return bytesToText(percentDecode(value));
}

/** An integer, cut to what a number holds exactly; `undefined` when the parameter is absent or empty. */
function decimal(name: string, value: string | undefined): number | undefined {
  if (value === undefined || value === "") return undefined;
  if (!/^-?[0-9]+$/.test(value)) throw new ProtocolError("malformed", `Cannot read ${name} as a number`);
  return Math.max(-1, Math.min(Number(value), Number.MAX_SAFE_INTEGER));
}

/** Most clients send eight hex digits, aria2 eight letters: any other text is folded into a number (32-bit FNV-1a). */
function keyNumber(value: string): number {
  if (/^[0-9A-Fa-f]{1,8}$/.test(value)) return Number.parseInt(value, 16);
  const hash = percentDecode(value).reduce((sum, byte) => Math.imul(sum ^ byte, 0x0100_0193), 0x811c_9dc5);
  return hash >>> 0;
}

function naturalNumber(what: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`Cannot announce ${what} as a natural number: current value is ${value}`);
  }
  return value;
}
