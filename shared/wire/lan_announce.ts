/**
 * Announces to the local network (BEP 14): who has, or wants, which torrents, in the shape of an HTTP request that is
 * sent to a multicast group.
 *
 * Invariant: a message that is written fits into 1,400 bytes; one that is read names a port that can be dialled, at least
 * one info-hash, and each only once.
 *
 * @module
 */

import type { Endpoint } from "../endpoint.ts";
import { formatEndpoint } from "../endpoint.ts";
import { IdSyntaxError, type InfoHash, parseInfoHash } from "../ids.ts";
import { ProtocolError } from "../protocol_error.ts";

/** The multicast groups of BEP 14, by address family. */
export const LAN_GROUPS: Readonly<Record<4 | 6, Endpoint>> = {
  4: { host: "239.192.152.143", port: 6771 },
  6: { host: "ff15::efc0:988f", port: 6771 },
};

/** Info-hashes of one message: 52 bytes each beside at most 150 others stay below the 1,400 bytes of BEP 14. */
export const MAX_LAN_INFO_HASHES = 24;

/** What somebody says to the local network. */
export interface LanAnnounce {
  /** The TCP port where the sender takes connections, 1 to 65535. */
  readonly port: number;
  /** Torrents that the sender has or wants, at least one. */
  readonly infoHashes: readonly InfoHash[];
  /** Whatever the sender chose to know its own messages by; at most 64 characters. */
  readonly cookie?: string;
}

/**
 * The bytes of a message to a group, in a new buffer that the caller owns.
 *
 * @throws {RangeError} when there are not 1 to {@link MAX_LAN_INFO_HASHES} info-hashes, the port is not 1 to 65535, or
 *   the cookie is no short word
 */
export function encodeLanAnnounce(announce: LanAnnounce, options: { readonly group: Endpoint }): Uint8Array {
  const { port, infoHashes, cookie } = announce;
  if (infoHashes.length < 1 || infoHashes.length > MAX_LAN_INFO_HASHES) {
    throw new RangeError(`Cannot announce 1 to ${MAX_LAN_INFO_HASHES} torrents: current value is ${infoHashes.length}`);
  }
  if (!Number.isInteger(port) || port < 1 || port > 0xffff) {
    throw new RangeError(`Cannot announce a port from 1 to 65535: current value is ${port}`);
  }
  if (cookie !== undefined && !COOKIE.test(cookie)) {
    throw new RangeError(`Cannot send a cookie as a short word: current value is ${JSON.stringify(cookie)}`);
  }
  const lines = [
    FIRST_LINE,
    `Host: ${formatEndpoint(options.group)}`,
    `Port: ${port}`,
    ...infoHashes.map((infoHash) => `Infohash: ${infoHash}`),
    ...(cookie === undefined ? [] : [`cookie: ${cookie}`]),
  ];
  // BEP 14's own example ends with two empty lines.
  return new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n\r\n`);
}

/**
 * Reads a datagram that came to a group. Headers may come in any order and case; info-hashes that are none are left out,
 * as is a cookie that is too long. The result shares nothing with the bytes.
 *
 * @throws {ProtocolError} `malformed` when it is no such message or names no torrent, `too-long` beyond 4,096 bytes
 */
export function decodeLanAnnounce(bytes: Uint8Array): LanAnnounce {
  if (bytes.length > MAX_LENGTH) {
    throw new ProtocolError("too-long", `Cannot read ${bytes.length} bytes as an announce to the local network`);
  }
  const [first, ...lines] = LATIN1.decode(bytes).split(/\r?\n/);
  if (first !== FIRST_LINE) throw malformed(`its first line is ${JSON.stringify((first ?? "").slice(0, 40))}`);
  let port = 0;
  let cookie: string | undefined;
  const infoHashes = new Set<InfoHash>();
  for (const line of lines) {
    const [, name = "", value = ""] = HEADER.exec(line) ?? [];
    switch (name.toLowerCase()) {
      case "port":
        port = /^\d{1,5}$/.test(value) ? Number(value) : 0;
        break;
      case "infohash":
        addInfoHash(infoHashes, value);
        break;
      case "cookie":
        cookie = COOKIE.test(value) ? value : undefined;
    }
  }
  if (port < 1 || port > 0xffff) throw malformed("its port cannot be dialled");
  if (infoHashes.size === 0) throw malformed("it names no torrent");
  return { port, infoHashes: [...infoHashes], ...(cookie === undefined ? {} : { cookie }) };
}

const FIRST_LINE = "BT-SEARCH * HTTP/1.1";
const HEADER = /^([\w-]+):[ \t]*(.*?)[ \t]*$/;
const COOKIE = /^[\x21-\x7e]{1,64}$/;
const LATIN1 = new TextDecoder("latin1");
/** Messages of others may be fragmented; nothing sensible is longer. */
const MAX_LENGTH = 4_096;

function addInfoHash(infoHashes: Set<InfoHash>, text: string): void {
  try {
    infoHashes.add(parseInfoHash(text));
  } catch (error) {
    if (!(error instanceof IdSyntaxError)) throw error;
  }
}

function malformed(reason: string): ProtocolError {
  return new ProtocolError("malformed", `Cannot read an announce to the local network: ${reason}`);
}
