/**
 * What a tracker answers over HTTP, both directions: announce, scrape and refusal as bencode (BEP 3, 7, 23, 24, 31, 48).
 * The questions are `http_tracker_query.ts`.
 *
 * Invariant: a refusal is an answer. Decoding one throws `TrackerRefusal`, decoding anything unreadable
 * `ProtocolError`, and there is no third.
 *
 * @module
 */

import type { BencodeDictionary, BencodeValue } from "../bencode.ts";
import { bytesToKey, bytesToText, keyToBytes } from "../bencode_text.ts";
import { type BencodeEncodable, encodeBencode } from "../bencode_writer.ts";
import { decodeAddress, encodeAddress } from "../endpoint.ts";
import { ID_LENGTH, infoHash, infoHashBytes, peerId, peerIdBytes } from "../ids.ts";
import { ProtocolError } from "../protocol_error.ts";
import { type AnnouncedPeer, type AnnounceResponse, type ScrapeEntry, TrackerRefusal } from "./announce.ts";
import { bytesItem, decodeMessageDictionary, dictionaryOf, integerItem } from "./bencode_message.ts";
import { decodeCompactPeers, encodeCompactPeers } from "./compact_peers.ts";
import type { AnnounceForm } from "./http_tracker_query.ts";

/** How an announce response is written. */
export interface AnnounceResponseForm extends AnnounceForm {
  /**
   * The peers already packed, in place of the response's own in the compact form: a tracker that keeps them so packs
   * nothing for each announce.
   */
  readonly compactPeers?: { readonly ipv4: Uint8Array; readonly ipv6: Uint8Array };
}

/**
 * The body of the answer to an announce, in a new buffer that the caller owns. In the compact form peers known only by
 * name are left out.
 */
export function encodeAnnounceResponse(response: AnnounceResponse, form: AnnounceResponseForm): Uint8Array {
  const { minIntervalSeconds, trackerId, warning, externalAddress } = response;
  const address = externalAddress === undefined ? undefined : encodeAddress(externalAddress);
  const items = new Map<string, BencodeEncodable>([
    ["interval", response.intervalSeconds],
    ["complete", response.seederCount],
    ["incomplete", response.leecherCount],
  ]);
  if (minIntervalSeconds !== undefined) items.set("min interval", minIntervalSeconds);
  if (trackerId !== undefined) items.set("tracker id", keyToBytes(trackerId));
  if (warning !== undefined) items.set("warning message", warning);
  if (address !== undefined) items.set("external ip", address);
  if (form.isCompact) {
    const ipv6 = form.compactPeers?.ipv6 ?? encodeCompactPeers(response.peers, 6);
    items.set("peers", form.compactPeers?.ipv4 ?? encodeCompactPeers(response.peers, 4));
    if (ipv6.length > 0) items.set("peers6", ipv6);
  } else {
    items.set("peers", response.peers.map((peer) => peerDictionary(peer, form)));
  }
  return encodeBencode(items);
}

/**
 * Reads the body of the answer to an announce: peers compact, as dictionaries, and `peers6`. Peers without a port are
 * left out, optional items of a wrong type count as absent. The result shares nothing with `bytes`.
 *
 * @throws {TrackerRefusal} when the tracker gives a `failure reason`, with its `retry in`
 * @throws {ProtocolError} `malformed` when it is no announce response
 */
export function decodeAnnounceResponse(bytes: Uint8Array): AnnounceResponse {
  const items = decodeTrackerAnswer(bytes, "an announce response");
  const minIntervalSeconds = integerItem(items.get("min interval"), { min: 0 });
  const trackerId = bytesItem(items.get("tracker id"), { maxLength: MAX_TRACKER_ID_LENGTH });
  const warning = bytesItem(items.get("warning message"), { maxLength: MAX_TEXT_LENGTH });
  const externalAddress = bytesItem(items.get("external ip"), { maxLength: 16 });
  const hasAddress = externalAddress?.length === 4 || externalAddress?.length === 16;
  const peers6 = bytesItem(items.get("peers6"), { maxLength: Infinity });
  const peers = [...announcedPeers(items.get("peers")), ...(peers6 === undefined ? [] : decodeCompactPeers(peers6, 6))];
  return {
    intervalSeconds: integerItem(items.get("interval"), { min: 0 }) ?? DEFAULT_INTERVAL_SECONDS,
    seederCount: integerItem(items.get("complete"), { min: 0 }) ?? 0,
    leecherCount: integerItem(items.get("incomplete"), { min: 0 }) ?? 0,
    peers: peers.filter(({ port }) => port !== 0),
    ...(minIntervalSeconds !== undefined && { minIntervalSeconds }),
    ...(trackerId !== undefined && { trackerId: bytesToKey(trackerId) }),
    ...(warning !== undefined && { warning: bytesToText(warning) }),
    ...(hasAddress && { externalAddress: decodeAddress(externalAddress) }),
  };
}

/**
 * The body of a refusal, for announce and scrape (BEP 3 `failure reason`), in a new buffer that the caller owns.
 *
 * @param reason a sentence for the user
 * @param retryInSeconds when to try again (BEP 31), rounded up to minutes; `Infinity`: never
 */
export function encodeFailure(reason: string, retryInSeconds?: number): Uint8Array {
  return encodeBencode({
    "failure reason": reason,
    "retry in": retryInSeconds === undefined || retryInSeconds === Infinity
      ? (retryInSeconds === undefined ? undefined : RETRY_NEVER)
      : Math.max(1, Math.ceil(retryInSeconds / SECONDS_PER_MINUTE)),
  });
}

/** The body of the answer to a scrape (BEP 48, `downloaders` of BEP 21), in a new buffer that the caller owns. */
export function encodeScrapeResponse(entries: readonly ScrapeEntry[]): Uint8Array {
  const files = new Map<string, BencodeEncodable>();
  for (const { infoHash, seederCount, completedCount, leecherCount, partialSeederCount } of entries) {
    const downloaders = partialSeederCount === undefined ? undefined : leecherCount - partialSeederCount;
    const counts = { complete: seederCount, downloaded: completedCount, downloaders, incomplete: leecherCount };
    files.set(bytesToKey(infoHashBytes(infoHash)), counts);
  }
  return encodeBencode({ files });
}

/**
 * Reads the body of the answer to a scrape. Counts that are absent or wrong are 0.
 *
 * @throws {TrackerRefusal} when the tracker gives a `failure reason`
 * @throws {ProtocolError} `malformed` when it is no scrape response
 */
export function decodeScrapeResponse(bytes: Uint8Array): readonly ScrapeEntry[] {
  const what = "a scrape response";
  const files = dictionaryOf(decodeTrackerAnswer(bytes, what).get("files"), what);
  return Array.from(files, ([key, value]) => {
    const hash = keyToBytes(key);
    if (hash.length !== ID_LENGTH) {
      throw new ProtocolError("malformed", `Cannot read ${what}: an info-hash has ${hash.length} bytes`);
    }
    const counts = dictionaryOf(value, what);
    const leecherCount = integerItem(counts.get("incomplete"), { min: 0 }) ?? 0;
    const downloaders = integerItem(counts.get("downloaders"), { min: 0, max: leecherCount });
    return {
      infoHash: infoHash(hash),
      seederCount: integerItem(counts.get("complete"), { min: 0 }) ?? 0,
      completedCount: integerItem(counts.get("downloaded"), { min: 0 }) ?? 0,
      leecherCount,
      ...(downloaders !== undefined && { partialSeederCount: leecherCount - downloaders }),
    };
  });
}

/** BEP 3 demands an interval; where a tracker forgets it, half an hour is what most say. */
const DEFAULT_INTERVAL_SECONDS = 1800;
const SECONDS_PER_MINUTE = 60;
const RETRY_NEVER = "never";
/** Of what is shown to the user or sent back to the tracker: no tracker needs more. */
const MAX_TEXT_LENGTH = 4096;
const MAX_TRACKER_ID_LENGTH = 1024;
/** RFC 1034: a name has at most 255 bytes. */
const HOST_NAME = /^[A-Za-z0-9_.-]{1,255}$/;

function peerDictionary(peer: AnnouncedPeer, form: AnnounceResponseForm): BencodeEncodable {
  const id = form.noPeerId || peer.peerId === undefined ? undefined : peerIdBytes(peer.peerId);
  return { ip: peer.host, port: peer.port, "peer id": id };
}

/** The dictionary that a tracker answers with, unless it says no. */
function decodeTrackerAnswer(bytes: Uint8Array, what: string): BencodeDictionary {
  const items = decodeMessageDictionary(bytes, what);
  const reason = items.get("failure reason");
  if (reason === undefined) return items;
  if (!(reason instanceof Uint8Array)) {
    throw new ProtocolError("malformed", `Cannot read ${what}: no text in its failure`);
  }
  const retryInSeconds = retrySeconds(items.get("retry in"));
  const text = bytesToText(reason.subarray(0, MAX_TEXT_LENGTH));
  throw new TrackerRefusal(text, retryInSeconds === undefined ? {} : { retryInSeconds });
}

/** Minutes as an integer or, as in the BEP's own example, as text; or "never" (BEP 31). */
function retrySeconds(value: BencodeValue | undefined): number | undefined {
  const text = value instanceof Uint8Array ? bytesToText(value.subarray(0, RETRY_NEVER.length)) : undefined;
  if (text === RETRY_NEVER) return Infinity;
  const minutes = text !== undefined && /^[0-9]+$/.test(text) ? Number(text) : integerItem(value, { min: 1 });
  return minutes === undefined ? undefined : minutes * SECONDS_PER_MINUTE;
}

function announcedPeers(value: BencodeValue | undefined): readonly AnnouncedPeer[] {
  if (value === undefined) return [];
  if (value instanceof Uint8Array) return decodeCompactPeers(value, 4);
  if (!Array.isArray(value)) throw new ProtocolError("malformed", "Cannot read peers: neither bytes nor a list");
  return value.map((item: BencodeValue) => announcedPeer(dictionaryOf(item, "a peer")));
}

function announcedPeer(items: BencodeDictionary): AnnouncedPeer {
  const host = bytesItem(items.get("ip"), { maxLength: 255 });
  const port = integerItem(items.get("port"), { min: 0, max: 0xffff });
  const id = bytesItem(items.get("peer id"), { maxLength: ID_LENGTH });
  if (host === undefined || port === undefined) {
    throw new ProtocolError("malformed", "Cannot read a peer: no ip or port");
  }
  const peer = { host: hostOf(bytesToText(host)), port };
  return id?.length === ID_LENGTH ? { ...peer, peerId: peerId(id) } : peer;
}

function hostOf(text: string): string {
  const address = encodeAddress(text);
  if (address !== undefined) return decodeAddress(address);
  if (!HOST_NAME.test(text)) throw new ProtocolError("malformed", "Cannot read a peer's ip as an address or a name");
  return text.toLowerCase();
}
