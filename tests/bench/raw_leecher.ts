/**
 * A leecher that hashes nothing and keeps nothing: it asks for every block of a torrent once and counts what comes. Fifty
 * of them cost less than one that keeps, so what a crowd of them shows is the seeder.
 *
 * @module
 */
import type { Endpoint } from "../../shared/endpoint.ts";
import type { Block } from "../../shared/geometry.ts";
import { createPeerId } from "../../shared/ids.ts";
import type { Info } from "../../shared/metainfo.ts";
import type { PeerMessage } from "../../shared/wire/peer_message.ts";
import type { ConnectionHandler, PeerConnection } from "../../peer/net/connection.ts";
import { dial } from "../../peer/net/dialer.ts";

/** Requests in flight: 4 MiB, several times what loopback has on its way. */
const MAX_PENDING = 256;
/** Requests go out in batches, as those of real clients do. */
const BATCH = 32;

/** Takes all of the torrent from one seeder; resolves when every block came. @throws Error when the seeder closed first */
export async function leechRaw(seeder: Endpoint, info: Info): Promise<void> {
  const peerId = createPeerId(crypto.getRandomValues(new Uint8Array(12)));
  using connection = await dial(seeder, { infoHash: info.infoHash, peerId });
  const leecher = new RawLeecher(connection, shuffledBlocks(info));
  connection.send({ type: "have-none" });
  connection.send({ type: "interested" });
  const reason = await connection.run(leecher);
  if (!leecher.isDone) throw new Error(`The seeder let a leecher go: ${reason}`);
}

class RawLeecher implements ConnectionHandler {
  readonly #connection: PeerConnection;
  /** Not asked for, or refused since. */
  readonly #missing: Block[];
  #pendingCount = 0;
  #isChoked = true;

  constructor(connection: PeerConnection, missing: Block[]) {
    this.#connection = connection;
    this.#missing = missing;
  }

  get isDone(): boolean {
    return this.#missing.length === 0 && this.#pendingCount === 0;
  }

  onMessage(message: PeerMessage): void {
    switch (message.type) {
      case "unchoke":
        this.#isChoked = false;
        break;
      case "choke":
        this.#isChoked = true;
        break;
      case "piece":
        this.#pendingCount--;
        break;
      case "reject-request":
        this.#pendingCount--;
        this.#missing.push({ piece: message.piece, begin: message.begin, length: message.length });
        break;
      default:
        return;
    }
    if (this.isDone) this.#connection.close("has everything");
    else this.#ask();
  }

  readBlock(): void {
    throw new TypeError("Cannot read a block: nothing is kept");
  }

  onUploaded(): void {}

  #ask(): void {
    const room = MAX_PENDING - this.#pendingCount;
    if (this.#isChoked || room < BATCH) return;
    const blocks = this.#missing.splice(-room);
    this.#pendingCount += blocks.length;
    this.#connection.sendRequests(blocks);
  }
}

/** Piece after piece, in an order of its own, as a crowd of rarest-first leechers asks. */
function shuffledBlocks({ geometry }: Info): Block[] {
  const pieces = Array.from({ length: geometry.pieceCount }, (_, piece) => ({ piece, rank: Math.random() }));
  pieces.sort((a, b) => a.rank - b.rank);
  return pieces.flatMap(({ piece }) =>
    Array.from({ length: geometry.blockCount(piece) }, (_, index) => geometry.block(piece, index))
  );
}
