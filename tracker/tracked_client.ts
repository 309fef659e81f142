/**
 * A client as the tracker knows it: peer id and endpoint, its lease, and what it is busy with. Pure.
 *
 * @module
 */
import { formatEndpoint } from "../shared/endpoint.ts";
import type { InfoHash, PeerId } from "../shared/ids.ts";
import { encodeCompactPeers } from "../shared/wire/compact_peers.ts";
import type { OrderedPeer, Place } from "./peer_order.ts";
import type { Member } from "./swarm.ts";

/** `-PS` in hex: Playswarm's own peer ids begin so (BEP 20). */
const PLAYSWARM_PREFIX = "2d5053";

/** `A2-` in hex: aria2's peer ids begin so. */
const ARIA2_PREFIX = "41322d";

/** So much upload weighs as much as one more peer to serve: what a household's line gives to one. */
const RATE_PER_PEER = 1024 * 1024;

/** Shorter spans than this say little about a rate. */
const RATE_SPAN_MS = 5000;

/** A rate follows the newest span by half, so one quiet span does not make a busy client look idle. */
const RATE_WEIGHT = 0.5;

/** Code and version at the front of a peer id, as hex digits (BEP 20, Azureus style). */
const PROGRAM_PREFIX_LENGTH = 16;

/** Whether a peer id is one of Playswarm's. */
export function isPlayswarm(peerId: PeerId): boolean {
  return peerId.startsWith(PLAYSWARM_PREFIX);
}

/**
 * Whether a client says that it lacks nothing while it does not know yet how much it lacks: aria2 announces a magnet link
 * with `left=0` until it has the metadata.
 */
export function hidesWhatItLacks(peerId: PeerId): boolean {
  return peerId.startsWith(ARIA2_PREFIX);
}

/** A client of the tracker. Only the tracker's state writes to it. */
export class TrackedClient implements OrderedPeer {
  readonly peerId: PeerId;
  readonly place: Place;
  readonly port: number;
  readonly endpointKey: string;
  /** Address and port as announces carry them (BEP 23, BEP 7): 6 or 18 bytes, packed once for all answers. */
  readonly compact: Uint8Array;
  /** Its address on its own LAN, when it told it from behind a public address. */
  lanHost: string | undefined;
  /** Whether it took a connection from outside when it was tried; undefined until it was. */
  isReachable: boolean | undefined;
  /** One of ours: one announce renews all its swarms. Others are renewed swarm by swarm, as BEP 3 has it. */
  readonly isPlayswarm: boolean;
  /** The same for all clients that are one program: libtorrent and Transmission have another peer id for each torrent. */
  readonly programKey: string;
  readonly memberships: Map<InfoHash, Member> = new Map();
  seenAtMs: number;
  leaseEndsAtMs = 0;
  /** Sums over its swarms of what it reported since it is known here. */
  uploadedBytes = 0;
  downloadedBytes = 0;
  /** How often it was given to others lately; halved every interval. */
  handOutCount = 0;
  #uploadRate = 0;
  #rateSince: { atMs: number; uploadedBytes: number };

  /** A client of no swarm yet. */
  constructor(options: { readonly peerId: PeerId; readonly place: Place; readonly port: number }, nowMs: number) {
    this.peerId = options.peerId;
    this.place = options.place;
    this.port = options.port;
    const endpoint = { host: options.place.host, port: options.port };
    this.endpointKey = formatEndpoint(endpoint);
    this.compact = encodeCompactPeers([endpoint], options.place.family);
    this.isPlayswarm = isPlayswarm(options.peerId);
    const program = this.isPlayswarm ? options.peerId : options.peerId.slice(0, PROGRAM_PREFIX_LENGTH);
    this.programKey = `${program} ${this.endpointKey}`;
    this.seenAtMs = nowMs;
    this.#rateSince = { atMs: nowMs, uploadedBytes: 0 };
  }

  /** Peers it presumably serves: those it was lately given to, and what it uploads in units of one peer's worth. */
  get load(): number {
    return this.handOutCount + this.#uploadRate / RATE_PER_PEER;
  }

  /** Adds what it sent and received since its last report, and measures its rate. */
  countTraffic(traffic: { readonly uploadedBytes: number; readonly downloadedBytes: number }, nowMs: number): void {
    this.uploadedBytes += traffic.uploadedBytes;
    this.downloadedBytes += traffic.downloadedBytes;
    const spanMs = nowMs - this.#rateSince.atMs;
    if (spanMs < RATE_SPAN_MS) return;
    const rate = (this.uploadedBytes - this.#rateSince.uploadedBytes) * 1000 / spanMs;
    this.#uploadRate += (rate - this.#uploadRate) * RATE_WEIGHT;
    this.#rateSince = { atMs: nowMs, uploadedBytes: this.uploadedBytes };
  }
}
