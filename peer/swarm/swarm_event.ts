/**
 * Everything that can happen to a swarm machine: what peers said, what the storage judged, what the player and the user
 * want, and the passing of time. Plain data; the bytes of blocks never appear here.
 *
 * @module
 */
import type { Bitfield } from "../../shared/bitfield.ts";
import type { Endpoint } from "../../shared/endpoint.ts";
import type { Block } from "../../shared/geometry.ts";
import type { HashRange } from "../../shared/hash_proof.ts";
import type { Info } from "../../shared/metainfo.ts";
import type { Handshake } from "../../shared/wire/handshake.ts";
import type { ControlMessage } from "../../shared/wire/peer_message.ts";

/** A connection, numbered by the caller; never used again after `peer-disconnected`. */
export type PeerKey = number;

/** Where a candidate was heard of. */
export type CandidateSource = "tracker" | "exchange" | "lan" | "manual" | "magnet";

/** A byte window that a player wants, and how fast it reads. */
export interface Demand {
  /** Chosen by the caller; a demand that moves keeps its id. */
  readonly id: number;
  /** First byte wanted, in piece space; it is wanted now. */
  readonly start: number;
  /** End of the window in piece space, exclusive. */
  readonly end: number;
  /** How fast the reader moves through the window; sets the deadline of each byte. */
  readonly rateBytesPerSecond: number;
}

/** Peers that could be dialled were heard of. */
export interface CandidatesFound {
  readonly type: "candidates-found";
  readonly candidates: readonly Endpoint[];
  readonly source: CandidateSource;
}

/** A `dial` effect came to nothing. */
export interface DialFailed {
  readonly type: "dial-failed";
  readonly endpoint: Endpoint;
}

/** A connection finished its handshake. For an outgoing one `endpoint` is exactly the one that was to be dialled. */
export interface PeerConnected {
  readonly type: "peer-connected";
  readonly peer: PeerKey;
  readonly endpoint: Endpoint;
  readonly isOutgoing: boolean;
  readonly handshake: Handshake;
}

/** A connection ended, whoever ended it. After a `disconnect` effect it may come or not. */
export interface PeerDisconnected {
  readonly type: "peer-disconnected";
  readonly peer: PeerKey;
  readonly reason: string;
}

/**
 * A control message arrived. `hash-request` need not be passed on (the storage answers it, see
 * `SwarmMachine.mayAnswerHashes`); `hashes` is judged by the storage first: `hashes-verified` or `hashes-failed`.
 */
export interface MessageReceived {
  readonly type: "message-received";
  readonly peer: PeerKey;
  readonly message: ControlMessage;
}

/** The peer's extension handshake (BEP 10), as far as the swarm cares. */
export interface ExtensionHandshakeReceived {
  readonly type: "extension-handshake";
  readonly peer: PeerKey;
  /** BEP 21: whether it will not download anything (any more); absent: as it was (BEP 10). */
  readonly isUploadOnly?: boolean;
  /** `reqq`: how many requests it queues. */
  readonly requestQueueLength?: number;
  /** Where it accepts connections: its address with the port it listens on. */
  readonly listenEndpoint?: Endpoint;
  /** `yourip`: where it sees us, with the port that we listen on. */
  readonly ownEndpoint?: Endpoint;
  /** BEP 9: the size of the info dictionary in bytes. */
  readonly metadataLength?: number;
}

/** A `piece` message arrived. Answered by a `keep-block` effect at once, or the data is dropped. */
export interface BlockReceived {
  readonly type: "block-received";
  readonly peer: PeerKey;
  readonly block: Block;
}

/** A block of an `upload-block` effect has been written to the connection. */
export interface BlockUploaded {
  readonly type: "block-uploaded";
  readonly peer: PeerKey;
  readonly block: Block;
}

/** The bytes of an `upload-block` could not be had; the caller has rejected it, or ended the connection. */
export interface UploadFailed {
  readonly type: "upload-failed";
  readonly peer: PeerKey;
  readonly block: Block;
}

/** The info dictionary is known, with what of it is verified on disk already. Once per machine. */
export interface MetadataKnown {
  readonly type: "metadata-known";
  readonly info: Info;
  /** Copied; the caller's stays the caller's. */
  readonly verified: Bitfield;
  /** Pieces to download; all when absent. Copied. */
  readonly wanted?: Bitfield;
  /** Whether the piece layers (BEP 52) of every file are here; `true` for a v1 torrent. */
  readonly hasLayers: boolean;
}

/** A piece is right and on disk. */
export interface PieceVerified {
  readonly type: "piece-verified";
  readonly piece: number;
  /** Hex SHA-256 of each block; needed only after a `piece-failed` of the same piece, to find the liars. */
  readonly digests?: readonly string[];
}

/** A complete piece is not what its hash says. */
export interface PieceFailed {
  readonly type: "piece-failed";
  readonly piece: number;
  /** Hex SHA-256 of each block as received. */
  readonly digests: readonly string[];
}

/** Blocks of an unfinished piece were proven by their leaf hashes (BEP 52). */
export interface BlocksVerified {
  readonly type: "blocks-verified";
  readonly piece: number;
  readonly blockIndices: readonly number[];
}

/** Blocks were proven wrong by their leaf hashes (BEP 52). */
export interface BlocksFailed {
  readonly type: "blocks-failed";
  readonly piece: number;
  readonly blockIndices: readonly number[];
}

/** The storage found a `hashes` message true and kept it. */
export interface HashesVerified {
  readonly type: "hashes-verified";
  readonly peer: PeerKey;
  readonly range: HashRange;
}

/** The storage found a `hashes` message false. */
export interface HashesFailed {
  readonly type: "hashes-failed";
  readonly peer: PeerKey;
  readonly range: HashRange;
}

/** All demands there are now; one that is missing was withdrawn. */
export interface DemandMoved {
  readonly type: "demand-moved";
  readonly demands: readonly Demand[];
}

/** Other pieces are to be downloaded from now on. The bitfield is copied. */
export interface WantedChanged {
  readonly type: "wanted-changed";
  readonly wanted: Bitfield;
}

/**
 * The user paused (every peer is let go) or resumed; the storage has no room, or has again; a private torrent went over to
 * another tracker, which ends all acquaintances (BEP 27); time passed.
 */
export interface PlainEvent {
  /** `tick` should come every 50 to 250 ms while there are peers; any distance is right, but urgency suffers. */
  readonly type: "paused" | "resumed" | "storage-full" | "storage-ready" | "tracker-switched" | "tick";
}

/** One thing that happened. */
export type SwarmEvent =
  | CandidatesFound
  | DialFailed
  | PeerConnected
  | PeerDisconnected
  | MessageReceived
  | ExtensionHandshakeReceived
  | BlockReceived
  | BlockUploaded
  | UploadFailed
  | MetadataKnown
  | PieceVerified
  | PieceFailed
  | BlocksVerified
  | BlocksFailed
  | HashesVerified
  | HashesFailed
  | DemandMoved
  | WantedChanged
  | PlainEvent;
