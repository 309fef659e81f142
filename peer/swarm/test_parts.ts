/**
 * For tests of one part of a swarm machine: a torrent's table and its peers with no machine around them.
 *
 * @module
 */
import { Bitfield } from "../../shared/bitfield.ts";
import { DemandWindow } from "./demand_window.ts";
import { PeerState } from "./peer_state.ts";
import { PieceTable } from "./piece_table.ts";
import { RequestBook } from "./request_book.ts";
import { defaultSwarmSettings } from "./settings.ts";
import type { SwarmContext } from "./swarm_context.ts";
import type { Demand, PeerKey } from "./swarm_event.ts";
import { testHandshake, testInfo } from "./test_swarm.ts";

/** Bytes of a whole piece of {@link TestParts}. */
const TEST_PIECE_LENGTH = 4 * 16_384;

/** A torrent of which nothing is here, at second 1. Random is always the middle. */
export class TestParts {
  readonly context: SwarmContext;
  readonly table: PieceTable;
  readonly demands: DemandWindow;
  readonly book: RequestBook;

  /** Pieces have four blocks. */
  constructor(pieceCount: number) {
    const peers = new Map<PeerKey, PeerState>();
    this.context = {
      settings: defaultSwarmSettings,
      random: () => 0.5,
      ownPeerId: testHandshake(200).peerId,
      peers,
      nowMs: 1_000,
      effects: [],
    };
    const verified = new Bitfield(pieceCount);
    this.table = new PieceTable(testInfo(pieceCount), { peers, verified, wanted: undefined });
    this.demands = new DemandWindow(this.table);
    this.book = new RequestBook(this.context, this.table);
  }

  /** A peer that does not choke us, with these pieces (all when undefined). */
  addPeer(
    key: PeerKey,
    options: { readonly pieces?: Iterable<number>; readonly supportsFast?: boolean; readonly host?: string } = {},
  ): PeerState {
    const { pieces, supportsFast = true, host = `10.0.0.${key}` } = options;
    const { pieceCount } = this.table.geometry;
    const endpoint = { host, port: 6_881 };
    const handshake = testHandshake(key, { supportsFast });
    const peer = new PeerState(
      { type: "peer-connected", peer: key, endpoint, isOutgoing: true, handshake },
      this.context,
    );
    peer.pieces = pieces === undefined ? Bitfield.full(pieceCount) : new Bitfield(pieceCount);
    for (const piece of pieces ?? []) peer.pieces.set(piece);
    peer.isChokingUs = false;
    this.context.peers.set(key, peer);
    this.table.addPeer(peer);
    return peer;
  }

  /** A player stands at the beginning of a piece, or at a block of it, and reads a piece a second. */
  demandFrom(piece: number, block = 0): void {
    const start = piece * TEST_PIECE_LENGTH + block * 16_384;
    const end = this.table.geometry.contentLength;
    const demand: Demand = { id: 1, start, end, rateBytesPerSecond: TEST_PIECE_LENGTH };
    this.demands.move([demand], this.context.nowMs);
  }

  /** Asks a peer for the first free blocks of a piece. */
  ask(peer: PeerState, piece: number, count: number): void {
    const started = this.table.start(piece);
    for (let asked = 0; asked < count; asked++) {
      this.book.ask(peer, { started, blockIndex: started.nextFree(0), blocks: [] });
    }
  }

  /** Measures a peer: sends blocks at this rate, starting now, until two seconds have passed. */
  measure(peer: PeerState, bytesPerSecond: number): void {
    const startMs = this.context.nowMs;
    const blockMs = 16_384 * 1000 / bytesPerSecond;
    for (let nowMs = startMs + blockMs; nowMs <= startMs + 2_000; nowMs += blockMs) {
      peer.pipeline.received(16_384, { sentAtMs: nowMs - blockMs, nowMs });
      peer.download.add(16_384, nowMs);
      peer.lastBlockAtMs = nowMs;
    }
  }
}
