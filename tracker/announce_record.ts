/**
 * An announce as the tracker's state takes it: numbers in place, filled again for every announce, so that none of it is
 * allocated on the way. Pure.
 *
 * @module
 */
import { ID_LENGTH, type InfoHash, infoHash, type PeerId, peerId } from "../shared/ids.ts";
import type { Announce, AnnounceEvent } from "../shared/wire/announce.ts";
import { ADDRESS_WORDS, type AddressWords, addressWords } from "./address_words.ts";
import { MAX_PEER_COUNT } from "./announce_answer.ts";
import type { Transport } from "./announce_desk.ts";

/** Words of an info-hash and of a peer id. */
export const ID_WORDS = 5;

/** Words of what names a client: peer id, address, port. */
export const CLIENT_NAME_WORDS: number = ID_WORDS + ADDRESS_WORDS + 1;

/** Where the bytes of an id are put together. */
const idScratch = new Uint8Array(ID_LENGTH);
const idView = new DataView(idScratch.buffer);

/** What an announce says, and where it came from. */
export class AnnounceRecord {
  /** The info-hash in words. */
  readonly infoHash: Uint32Array;
  /** What names the client: peer id, then where others reach it, then its port. */
  readonly client: Uint32Array;
  /** The part of {@link client} that is its peer id. */
  readonly peerId: Uint32Array;
  /** The part of {@link client} that says where others reach it. */
  readonly address: AddressWords;
  /** Where the announce came from. */
  readonly source: AddressWords = new Uint32Array(ADDRESS_WORDS);
  /** Bytes it lacks. */
  left = 0;
  /** Bytes sent since it started. */
  uploaded = 0;
  /** Bytes received since it started. */
  downloaded = 0;
  /** Why now. */
  event: AnnounceEvent = undefined;
  /** Peers wanted; negative where the tracker decides. */
  wantedCount: number;
  /** Only peers of this family fit in the answer; 0 for both. */
  family: 0 | 4 | 6 = 0;
  /** So many peers fit in the answer. */
  maxPeerCount: number = MAX_PEER_COUNT;
  /** When it came, in milliseconds on the clock of leases. */
  nowMs = 0;
  /** How it came. */
  transport: Transport = "udp";
  /** The address that it claims (BEP 3, 15), as text: few do. */
  claimedIp: string | undefined = undefined;

  /** All zero. */
  constructor() {
    this.wantedCount = -1;
    const words = new Uint32Array(ID_WORDS + CLIENT_NAME_WORDS);
    this.infoHash = words.subarray(0, ID_WORDS);
    this.client = words.subarray(ID_WORDS);
    this.peerId = this.client.subarray(0, ID_WORDS);
    this.address = this.client.subarray(ID_WORDS, ID_WORDS + ADDRESS_WORDS);
  }

  /** Where it takes connections, 0 to 65535; 0 says that it takes none. */
  get port(): number {
    return this.client[CLIENT_NAME_WORDS - 1] ?? 0;
  }

  /** Sets where it takes connections. */
  set port(port: number) {
    this.client[CLIENT_NAME_WORDS - 1] = port;
  }

  /** The info-hash as others know it. */
  get infoHashText(): InfoHash {
    return infoHashOf(this.infoHash);
  }

  /** Fills in all that an announce over HTTP says, and where it came from: an IP literal. */
  set(announce: Announce, host: string): void {
    this.transport = "http";
    writeId(this.infoHash, announce.infoHash);
    writeId(this.peerId, announce.peerId);
    this.source.set(addressWords(host));
    this.address.set(this.source);
    this.port = announce.port;
    this.left = announce.left;
    this.uploaded = announce.uploaded;
    this.downloaded = announce.downloaded;
    this.event = announce.event;
    this.wantedCount = announce.numWant ?? -1;
    this.claimedIp = announce.ip;
  }
}

/** Writes the 20 bytes of an info-hash or a peer id as words. */
export function writeId(words: Uint32Array, id: InfoHash | PeerId): void {
  for (let index = 0; index < ID_WORDS; index++) words[index] = parseInt(id.slice(index * 8, index * 8 + 8), 16);
}

/** The info-hash whose words begin at `start`. */
export function infoHashOf(words: Uint32Array, start = 0): InfoHash {
  return infoHash(idBytes(words, start));
}

/** The peer id whose words begin at `start`. */
export function peerIdOf(words: Uint32Array, start = 0): PeerId {
  return peerId(idBytes(words, start));
}

/** The bytes of an id, the same array at each call. */
function idBytes(words: Uint32Array, start: number): Uint8Array {
  for (let index = 0; index < ID_WORDS; index++) idView.setUint32(index * 4, words[start + index] ?? 0);
  return idScratch;
}
