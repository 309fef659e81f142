/**
 * Fetches the info dictionary of a torrent from one peer, over a connection of its own (BEP 9, 10). Invariant: what it
 * gives hashes to the info-hash that was asked for; nothing else is kept, and nothing is believed before.
 * @module
 */

import { createHash } from "node:crypto";
import { assertNever } from "../../shared/assert_never.ts";
import type { Endpoint } from "../../shared/endpoint.ts";
import type { InfoHash, PeerId } from "../../shared/ids.ts";
import { decodeInfo, type Info, MAX_INFO_LENGTH } from "../../shared/metainfo.ts";
import { ProtocolError } from "../../shared/protocol_error.ts";
import { VERSION } from "../../shared/version.ts";
import {
  decodeExtensionHandshake,
  encodeExtensionHandshake,
  EXTENSION_HANDSHAKE_ID,
} from "../../shared/wire/extension.ts";
import {
  decodeMetadataMessage,
  encodeMetadataMessage,
  METADATA_PIECE_LENGTH,
  type MetadataMessage,
} from "../../shared/wire/metadata_message.ts";
import type { PeerMessage } from "../../shared/wire/peer_message.ts";
import type { Clock } from "./clock.ts";
import type { ConnectionHandler, PeerConnection } from "./connection.ts";
import { closeOnAbort, Deadline } from "./deadline.ts";
import { dial, DialFailure } from "./dialer.ts";

/** What {@link fetchMetadata} needs. */
export interface MetadataFetchOptions {
  /** Ours. */
  readonly peerId: PeerId;
  /** Milliseconds for all of it. Default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Connects to a peer, fetches the info dictionary and disconnects.
 *
 * Throws `DialFailure` when the address cannot be reached or the connection breaks; `ProtocolError`: what `dial`
 * throws, and "unexpected" when the peer does not have or give the metadata, "too-long" when it would be above
 * `MAX_INFO_LENGTH`, "wrong-hash" when it is that of another torrent, "timeout"; `MetainfoSyntaxError` when it is the
 * right one and still none that we can read; and the signal's reason when that aborts.
 *
 * @param infoHash v1, or v2 truncated
 */
export async function fetchMetadata(
  infoHash: InfoHash,
  endpoint: Endpoint,
  options: MetadataFetchOptions,
): Promise<Info> {
  using deadline = new Deadline({
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    what: "the metadata",
    signal: options.signal,
    clock: options.clock,
  });
  using connection = await dial(endpoint, {
    infoHash,
    peerId: options.peerId,
    signal: deadline.signal,
    clock: options.clock,
  });
  using _closing = closeOnAbort(deadline.signal, () => connection.close("no longer needed"));
  const fetch = new MetadataFetch(connection);
  const reason = await connection.run(fetch);
  deadline.signal.throwIfAborted();
  const fault = fetch.failure ?? connection.fault;
  if (fault !== undefined) throw fault;
  if (fetch.bytes === undefined) throw new DialFailure(endpoint, new Error(reason));
  if (!isHashedTo(infoHash, fetch.bytes)) {
    throw new ProtocolError("wrong-hash", `Cannot use the metadata: it is not that of ${infoHash}`);
  }
  return decodeInfo(fetch.bytes);
}

/** A far peer with a slow line, and the largest metadata there is. */
const DEFAULT_TIMEOUT_MS = 30_000;
/** The number under which we want `ut_metadata` messages (BEP 10: our choice). */
const OUR_METADATA_ID = 1;
/** Pieces asked for at a time: peers limit what they give in a second, and many drop what exceeds their queue. */
const MAX_REQUESTS = 8;

/** The one conversation: their extension handshake, then the pieces one after the other. */
class MetadataFetch implements ConnectionHandler {
  /** All of it, when it is there. Not yet checked. */
  bytes: Uint8Array | undefined;
  /** Why it will not come. */
  failure: ProtocolError | undefined;
  readonly #connection: PeerConnection;
  #room: Uint8Array | undefined;
  #theirMetadataId = 0;
  readonly #received = new Set<number>();
  #requestedCount = 0;

  constructor(connection: PeerConnection) {
    this.#connection = connection;
    if (!connection.handshake.supportsExtensions) return;
    const extensions = new Map([["ut_metadata", OUR_METADATA_ID]]);
    const payload = encodeExtensionHandshake({ extensions, clientVersion: `Playswarm ${VERSION}` });
    connection.send({ type: "extended", id: EXTENSION_HANDSHAKE_ID, payload });
    // The fast extension wants one of the three to be said (BEP 6).
    if (connection.handshake.supportsFast) connection.send({ type: "have-none" });
  }

  onMessage(message: PeerMessage): void {
    if (!this.#connection.handshake.supportsExtensions) return this.#fail("it does not speak the extension protocol");
    if (message.type !== "extended") return; // what it has and wants is not our subject
    if (message.id === EXTENSION_HANDSHAKE_ID) this.#begin(message.payload);
    else if (message.id === OUR_METADATA_ID) this.#answer(decodeMetadataMessage(message.payload));
  }

  readBlock(): void {
    throw new Error("there is nothing to upload here");
  }

  onUploaded(): void {}

  #begin(payload: Uint8Array): void {
    if (this.#room !== undefined) return;
    const { extensions, metadataLength } = decodeExtensionHandshake(payload);
    this.#theirMetadataId = extensions.get("ut_metadata") ?? 0;
    if (this.#theirMetadataId === 0 || metadataLength === undefined) return this.#fail("it does not have it");
    if (metadataLength > MAX_INFO_LENGTH) {
      this.failure = new ProtocolError("too-long", `Cannot take metadata of ${metadataLength} bytes`);
      return this.#connection.close("too long");
    }
    this.#room = new Uint8Array(metadataLength);
    this.#request(this.#room.length);
  }

  #request(totalLength: number): void {
    const pieceCount = Math.ceil(totalLength / METADATA_PIECE_LENGTH);
    while (this.#requestedCount < pieceCount && this.#requestedCount - this.#received.size < MAX_REQUESTS) {
      this.#say({ type: "request", piece: this.#requestedCount });
      this.#requestedCount += 1;
    }
  }

  #answer(message: MetadataMessage): void {
    switch (message.type) {
      case "data":
        return this.#keep(message);
      case "reject":
        return this.#fail("it does not give it");
      case "request":
        return this.#say({ type: "reject", piece: message.piece });
      case "unknown":
        return;
      default:
        return assertNever(message);
    }
  }

  #keep({ piece, totalLength, data }: Extract<MetadataMessage, { type: "data" }>): void {
    const room = this.#room;
    if (room === undefined || totalLength !== room.length || piece >= this.#requestedCount) {
      return this.#fail("it sends what was not asked for");
    }
    room.set(data, piece * METADATA_PIECE_LENGTH);
    this.#received.add(piece);
    if (this.#received.size * METADATA_PIECE_LENGTH < room.length) return this.#request(room.length);
    this.bytes = room;
    this.#connection.close("done");
  }

  #say(message: MetadataMessage): void {
    this.#connection.send({ type: "extended", id: this.#theirMetadataId, payload: encodeMetadataMessage(message) });
  }

  #fail(reason: string): void {
    this.failure = new ProtocolError("unexpected", `Cannot fetch the metadata from this peer: ${reason}`);
    this.#connection.close("no metadata");
  }
}

/** Whether these bytes are the info dictionary of the info-hash, v1 or truncated v2 (BEP 3, BEP 52). */
function isHashedTo(infoHash: InfoHash, bytes: Uint8Array): boolean {
  return createHash("sha1").update(bytes).digest("hex") === infoHash ||
    createHash("sha256").update(bytes).digest("hex").slice(0, infoHash.length) === infoHash;
}
