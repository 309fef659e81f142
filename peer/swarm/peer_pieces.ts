/**
 * What peers say about pieces (BEP 3: bitfield, have; BEP 6: have all, have none, suggest, allowed fast), and what we say
 * to them: our own bitfield, haves, interest.
 * Invariant: after every event we are interested in exactly the peers that have a piece we lack and want.
 *
 * @module
 */
import { Bitfield } from "../../shared/bitfield.ts";
import { ProtocolError } from "../../shared/protocol_error.ts";
import type { ControlMessage } from "../../shared/wire/peer_message.ts";
import type { PeerState } from "./peer_state.ts";
import type { PieceTable } from "./piece_table.ts";
import type { SwarmContext } from "./swarm_context.ts";

/** Messages about pieces kept for each peer while the metadata is fetched: a busy leecher's haves of some minutes. */
const MAX_EARLY_MESSAGES = 4_096;

/** Allowed-fast pieces believed of one peer (BEP 6 gives about 10), and suggestions remembered. */
const MAX_ALLOWED_FAST = 64;
const MAX_SUGGESTED = 64;

/** Messages that say something about the sender's pieces. */
export type PieceTalk = Extract<
  ControlMessage,
  { readonly type: "have" | "bitfield" | "have-all" | "have-none" | "suggest-piece" | "allowed-fast" }
>;

/** Keeps a message until the geometry is known. Gives a sentence when the peer is at fault. */
export function keepEarly(peer: PeerState, message: PieceTalk): string | undefined {
  if (isFirstWord(message)) {
    if (peer.hasSaidPieces && message.type !== "bitfield") return `it sent ${message.type} twice or late`;
    peer.hasSaidPieces = true;
  }
  if (message.type === "have") peer.hasSaidPieces = true;
  // A later bitfield has all that an earlier one had, and the longest is a megabyte: one is enough to keep.
  if (message.type === "bitfield") peer.earlyMessages = peer.earlyMessages.filter(({ type }) => type !== "bitfield");
  if (peer.earlyMessages.length >= MAX_EARLY_MESSAGES) return "it talks of pieces without end";
  peer.earlyMessages.push(message);
  return undefined;
}

/**
 * Takes in what a peer says about pieces. Gives a sentence when the peer is at fault. A bitfield may come again: BEP 3
 * has it first or never, but aria2 sends one where it would be shorter than a row of haves.
 */
export function hearPieces(table: PieceTable, peer: PeerState, message: PieceTalk): string | undefined {
  if (isFirstWord(message)) {
    if (peer.hasSaidPieces) {
      if (message.type === "bitfield") return addPieces(table, peer, message.bytes);
      return `it sent ${message.type} twice or late`;
    }
    peer.hasSaidPieces = true;
    return setPieces(table, peer, message);
  }
  const { piece } = message;
  if (!table.isPiece(piece)) return `it sent ${message.type} of piece ${piece}, which is not in the torrent`;
  switch (message.type) {
    case "have":
      peer.hasSaidPieces = true;
      table.addPeerPiece(peer, piece);
      return undefined;
    case "allowed-fast":
      if (peer.allowedFast.size < MAX_ALLOWED_FAST) peer.allowedFast.add(piece);
      return undefined;
    case "suggest-piece":
      peer.suggested.push(piece);
      if (peer.suggested.length > MAX_SUGGESTED) peer.suggested.shift();
      return undefined;
  }
}

/** The geometry became known: makes room for a peer's pieces and replays what it said before. */
export function beginPieces(table: PieceTable, peer: PeerState): string | undefined {
  peer.pieces = new Bitfield(table.geometry.pieceCount);
  peer.isCounted = true;
  const messages = peer.earlyMessages;
  peer.earlyMessages = [];
  peer.hasSaidPieces = false;
  for (const message of messages) {
    if (!isPieceTalk(message)) continue;
    const fault = hearPieces(table, peer, message);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Whether a message is about the sender's pieces. */
export function isPieceTalk(message: ControlMessage): message is PieceTalk {
  switch (message.type) {
    case "have":
    case "bitfield":
    case "have-all":
    case "have-none":
    case "suggest-piece":
    case "allowed-fast":
      return true;
    default:
      return false;
  }
}

/** Whether a message exists only with the fast extension (BEP 6: without it, close the connection). */
export function isFastMessage(message: ControlMessage): boolean {
  switch (message.type) {
    case "have-all":
    case "have-none":
    case "suggest-piece":
    case "allowed-fast":
    case "reject-request":
      return true;
    default:
      return false;
  }
}

/** Says what we have, as the first message to a peer. */
export function sayPieces(context: SwarmContext, peer: PeerState, table: PieceTable | undefined): void {
  const verified = table?.verified;
  if (peer.handshake.supportsFast && (verified === undefined || verified.isEmpty)) {
    send(context, peer, { type: "have-none" });
  } else if (peer.handshake.supportsFast && verified?.isComplete === true) {
    send(context, peer, { type: "have-all" });
  } else if (verified !== undefined && !verified.isEmpty) {
    send(context, peer, { type: "bitfield", bytes: verified.toBytes() });
  }
}

/** Tells everybody that we have one more piece. Seeders too: they see by it whom others serve, and what has spread. */
export function sayHave(context: SwarmContext, piece: number): void {
  for (const peer of context.peers.values()) send(context, peer, { type: "have", piece });
}

/** Says whether we are interested, if that changed. */
export function sayInterest(context: SwarmContext, peer: PeerState): void {
  const isInterested = peer.interestingCount > 0;
  if (isInterested === peer.areWeInterested) return;
  peer.areWeInterested = isInterested;
  send(context, peer, { type: isInterested ? "interested" : "not-interested" });
}

/** Brings our interest in everybody up to date with the table. */
export function renewInterest(context: SwarmContext, table: PieceTable): void {
  table.isInterestStale = false;
  for (const peer of context.peers.values()) sayInterest(context, peer);
}

function isFirstWord(
  message: PieceTalk,
): message is Extract<PieceTalk, { readonly type: "bitfield" | "have-all" | "have-none" }> {
  return message.type === "bitfield" || message.type === "have-all" || message.type === "have-none";
}

function setPieces(
  table: PieceTable,
  peer: PeerState,
  message: Extract<PieceTalk, { readonly type: "bitfield" | "have-all" | "have-none" }>,
): string | undefined {
  const { pieceCount } = table.geometry;
  switch (message.type) {
    case "have-none":
      return undefined;
    case "have-all":
      peer.pieces = Bitfield.full(pieceCount);
      break;
    case "bitfield": {
      const pieces = readBitfield(message.bytes, pieceCount);
      if (typeof pieces === "string") return pieces;
      peer.pieces = pieces;
    }
  }
  table.addPeer(peer);
  return undefined;
}

function addPieces(table: PieceTable, peer: PeerState, bytes: Uint8Array): string | undefined {
  const pieces = readBitfield(bytes, table.geometry.pieceCount);
  if (typeof pieces === "string") return pieces;
  for (const piece of pieces.indices()) table.addPeerPiece(peer, piece);
  return undefined;
}

/** The bitfield, or a sentence about what is wrong with it. */
function readBitfield(bytes: Uint8Array, pieceCount: number): Bitfield | string {
  try {
    return Bitfield.fromBytes(bytes, pieceCount);
  } catch (error) {
    // Bitfield.fromBytes throws this for a wrong size or a spare bit, which is the peer's fault.
    if (error instanceof ProtocolError) return error.message;
    throw error;
  }
}

function send(context: SwarmContext, peer: PeerState, message: ControlMessage): void {
  context.effects.push({ type: "send", peer: peer.key, message });
}
