/**
 * What follows from the storage's judgment of pieces, blocks and hashes: haves, completion, fetching again, and bans.
 * Invariant: whoever is proven to have sent wrong data is banned in the same event.
 *
 * @module
 */
import { assertNever } from "../../shared/assert_never.ts";
import type { HashRange } from "../../shared/hash_proof.ts";
import type { Bans } from "./bans.ts";
import { renewInterest, sayHave } from "./peer_pieces.ts";
import type { PeerState } from "./peer_state.ts";
import type { SwarmContext } from "./swarm_context.ts";
import type { BlocksFailed, BlocksVerified, PieceFailed, PieceVerified } from "./swarm_event.ts";
import type { SwarmPeers } from "./swarm_peers.ts";
import type { SwarmTorrent } from "./swarm_torrent.ts";

/** Carries out the storage's verdicts. */
export class Verdicts {
  readonly #context: SwarmContext;
  readonly #peers: SwarmPeers;
  readonly #bans: Bans;

  /** Over the peers and bans of one machine. */
  constructor(context: SwarmContext, options: { readonly peers: SwarmPeers; readonly bans: Bans }) {
    this.#context = context;
    this.#peers = options.peers;
    this.#bans = options.bans;
  }

  /**
   * A piece, or blocks of one, were judged.
   *
   * @throws {RangeError} when there is no such piece
   */
  onPiece(event: PieceVerified | PieceFailed | BlocksVerified | BlocksFailed): void {
    const { torrent } = this.#peers;
    if (torrent === undefined || !torrent.table.isPiece(event.piece)) {
      throw new RangeError(`Cannot use an index as a piece of this torrent: current value is ${event.piece}`);
    }
    switch (event.type) {
      case "piece-verified":
        return this.#onVerified(torrent, event);
      case "piece-failed":
        return this.#onFailed(torrent, event);
      case "blocks-verified": {
        const started = torrent.table.started.get(event.piece) ?? torrent.table.verifying.get(event.piece);
        for (const blockIndex of event.blockIndices) started?.verify(blockIndex);
        return;
      }
      case "blocks-failed":
        return this.#onBlocksFailed(torrent, event);
      default:
        return assertNever(event);
    }
  }

  /** A `hashes` message was false: somebody else is asked, and who does it again is banned. */
  onHashesFailed(peer: PeerState, range: HashRange): void {
    this.#peers.torrent?.hashRequests.refused(peer, range);
    if (this.#bans.hashesFailed(peer.sender)) this.#peers.ban(peer.sender, "it sent wrong hashes again and again");
  }

  #onVerified({ table, downloads, demands }: SwarmTorrent, { piece, digests }: PieceVerified): void {
    for (const liar of this.#bans.pieceVerified(piece, digests)) {
      this.#peers.ban(liar, `it sent a wrong block of piece ${piece}`);
    }
    downloads.cancelPiece(piece);
    if (!table.verify(piece)) return;
    if (table.isDemanded(piece)) demands.prune();
    sayHave(this.#context, piece);
    renewInterest(this.#context, table);
    this.#peers.completeIfDone();
  }

  #onFailed({ table, downloads }: SwarmTorrent, { piece, digests }: PieceFailed): void {
    const failed = table.verifying.get(piece) ?? table.started.get(piece);
    if (failed === undefined || table.isVerified(piece)) return;
    downloads.cancelPiece(piece);
    table.fail(piece);
    const liar = this.#bans.pieceFailed({ piece, senders: failed.senders, digests });
    if (liar !== undefined) this.#peers.ban(liar, `it alone sent piece ${piece}, which is wrong`);
    downloads.refillAll();
  }

  #onBlocksFailed({ table, downloads }: SwarmTorrent, { piece, blockIndices }: BlocksFailed): void {
    const verifying = table.verifying.get(piece);
    if (verifying !== undefined) table.endVerifying(verifying);
    const started = table.started.get(piece);
    if (started === undefined) return;
    const liars = new Set(blockIndices.map((blockIndex) => started.senders[blockIndex]));
    for (const blockIndex of blockIndices) started.reset(blockIndex);
    table.reopen(started);
    for (const liar of liars) {
      if (liar !== undefined) this.#peers.ban(liar, `it sent a block of piece ${piece} whose hash is wrong`);
    }
    downloads.refillAll();
  }
}
