/**
 * What becomes of the messages of one peer (BEP 3, 6, 52): each goes to the room that it is about. Who breaks the rules is
 * let go.
 *
 * @module
 */
import { assertNever } from "../../shared/assert_never.ts";
import type { Block } from "../../shared/geometry.ts";
import type { ControlMessage } from "../../shared/wire/peer_message.ts";
import type { Choker } from "./choker.ts";
import { hearPieces, isFastMessage, isPieceTalk, keepEarly, type PieceTalk, sayInterest } from "./peer_pieces.ts";
import type { PeerState } from "./peer_state.ts";
import type { SwarmContext } from "./swarm_context.ts";
import type { SwarmPeers } from "./swarm_peers.ts";
import { refuse } from "./uploads.ts";

/** Hears the peers of one machine. */
export class PeerMessages {
  readonly #context: SwarmContext;
  readonly #peers: SwarmPeers;
  readonly #choker: Choker;

  /** Over the peers and slots of one machine. */
  constructor(context: SwarmContext, options: { readonly peers: SwarmPeers; readonly choker: Choker }) {
    this.#context = context;
    this.#peers = options.peers;
    this.#choker = options.choker;
  }

  /** Takes one message in. */
  hear(peer: PeerState, message: ControlMessage): void {
    if (isFastMessage(message) && !peer.handshake.supportsFast) {
      return this.fault(peer, `it sent ${message.type} without the fast extension`);
    }
    peer.justAsked = undefined;
    if (isPieceTalk(message)) return this.#onPieceTalk(peer, message);
    const { torrent } = this.#peers;
    switch (message.type) {
      case "choke":
        if (peer.isChokingUs) return;
        peer.isChokingUs = true;
        torrent?.downloads.choked(peer);
        return torrent?.downloads.refillAll();
      case "unchoke":
        peer.isChokingUs = false;
        return torrent?.downloads.refill(peer);
      case "interested":
        peer.isInterestedInUs = true;
        return this.#choker.fillSlots();
      case "not-interested":
        peer.isInterestedInUs = false;
        this.#choker.fillSlots();
        return this.#peers.dropComplete();
      case "request": {
        const fault = torrent === undefined
          ? refuse(this.#context, peer, message)
          : torrent.uploads.request(peer, toBlock(message));
        return fault === undefined ? undefined : this.fault(peer, fault);
      }
      case "cancel":
        return torrent?.uploads.cancel(peer, message);
      case "reject-request":
        return this.#onReject(peer, message);
      case "hash-reject":
        return torrent?.hashRequests.refused(peer, message);
      case "hash-request":
      case "hashes":
      case "port":
      case "unknown":
        return;
      default:
        return assertNever(message);
    }
  }

  #onReject(peer: PeerState, block: Block): void {
    const { torrent } = this.#peers;
    const fault = torrent?.downloads.reject(peer, block);
    if (fault !== undefined) return this.fault(peer, fault);
    torrent?.downloads.refill(peer);
  }

  #onPieceTalk(peer: PeerState, message: PieceTalk): void {
    const { torrent } = this.#peers;
    const fault = torrent === undefined ? keepEarly(peer, message) : hearPieces(torrent.table, peer, message);
    if (fault !== undefined) return this.fault(peer, fault);
    if (torrent === undefined) return;
    if (message.type === "have") torrent.uploads.arrived(peer, message.piece);
    sayInterest(this.#context, peer);
    torrent.downloads.refill(peer);
    if (peer.isComplete) this.#peers.dropComplete();
  }

  /** A peer broke a rule: lets it go. */
  fault(peer: PeerState, detail: string): void {
    this.#peers.drop(peer, "protocol-error", detail);
    this.#peers.torrent?.downloads.refillAll();
  }
}

/** The range alone, so that the message is not kept. */
function toBlock({ piece, begin, length }: Block): Block {
  return { piece, begin, length };
}
