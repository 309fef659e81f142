/**
 * Everything a swarm machine can ask its caller to do. Plain data, carried out in order.
 *
 * @module
 */
import type { Endpoint } from "../../shared/endpoint.ts";
import type { Block } from "../../shared/geometry.ts";
import type { ControlMessage } from "../../shared/wire/peer_message.ts";
import type { PeerKey } from "./swarm_event.ts";

/** Why the machine lets a peer go. */
export type DisconnectReason =
  | "protocol-error"
  | "self"
  | "duplicate"
  | "too-many-peers"
  | "both-complete"
  | "useless"
  | "banned"
  | "paused"
  | "tracker-switched";

/** Connect to this endpoint; answered by `peer-connected` with the same endpoint, or by `dial-failed`. */
export interface DialEffect {
  readonly type: "dial";
  readonly endpoint: Endpoint;
}

/** Close this connection. The machine has forgotten it already: later events of it are ignored. */
export interface DisconnectEffect {
  readonly type: "disconnect";
  readonly peer: PeerKey;
  readonly reason: DisconnectReason;
  /** What exactly was wrong, as a sentence; given for `protocol-error` and `banned`. */
  readonly detail?: string;
}

/** This peer sent data that is proven wrong: refuse its address. It may have gone already; a `disconnect` follows if not. */
export interface BanEffect {
  readonly type: "ban";
  readonly peer: PeerKey;
  readonly endpoint: Endpoint;
  readonly reason: string;
}

/** Send a message; messages to one peer are sent in the order of the effects. */
export interface SendEffect {
  readonly type: "send";
  readonly peer: PeerKey;
  readonly message: ControlMessage;
}

/** Send `request` messages for these blocks, in this order. */
export interface RequestEffect {
  readonly type: "request";
  readonly peer: PeerKey;
  readonly blocks: readonly Block[];
}

/** The block of the `block-received` event being handled is wanted: give its data to the storage. */
export interface KeepBlockEffect {
  readonly type: "keep-block";
  readonly peer: PeerKey;
  readonly block: Block;
}

/** Queue this block for upload to the peer; `block-uploaded` is said when it is written. */
export interface UploadBlockEffect {
  readonly type: "upload-block";
  readonly peer: PeerKey;
  readonly block: Block;
}

/**
 * Take a queued upload back, and reject the request if the peer has the fast extension. If it is being written already,
 * do neither: BEP 6 wants exactly one answer to each request, and `block-uploaded` will come.
 */
export interface CancelUploadEffect {
  readonly type: "cancel-upload";
  readonly peer: PeerKey;
  readonly block: Block;
}

/** `want-candidates`: ask the tracker for peers sooner. `completed`: the last wanted piece was just verified. */
export interface PlainEffect {
  readonly type: "want-candidates" | "completed";
}

/** One thing to do. */
export type SwarmEffect =
  | DialEffect
  | DisconnectEffect
  | BanEffect
  | SendEffect
  | RequestEffect
  | KeepBlockEffect
  | UploadBlockEffect
  | CancelUploadEffect
  | PlainEffect;
