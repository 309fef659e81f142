/**
 * The extension protocol (BEP 10) on one connection: which numbers the two ends gave to their extensions, and the
 * messages of those we speak.
 *
 * @module
 */
import { VERSION } from "../shared/version.ts";
import {
  decodeExtensionHandshake,
  encodeExtensionHandshake,
  EXTENSION_HANDSHAKE_ID,
  type ExtensionHandshake,
} from "../shared/wire/extension.ts";
import { decodeMetadataMessage, encodeMetadataMessage, type MetadataMessage } from "../shared/wire/metadata_message.ts";
import { decodePeerExchange, encodePeerExchange, type PeerExchange } from "../shared/wire/peer_exchange.ts";
import type { ExtendedMessage, PeerMessage } from "../shared/wire/peer_message.ts";

/** The numbers under which we take extension messages; ours to choose, the other end learns them from the handshake. */
const OUR_NUMBERS = { metadata: 1, peers: 2 } as const;

/** Requests that we queue for one peer: 32 MiB of blocks, which cost us no memory until they are read. */
const REQUEST_QUEUE_LENGTH = 2_000;

/** Where to send messages; the connection is one. */
export interface MessageSink {
  /** Queues a message. */
  send(message: PeerMessage): void;
}

/** What we say of ourselves in a greeting. */
export interface Greeting {
  readonly listenPort: number;
  /** Where we see the other end, as an IP literal: it may not know that itself. */
  readonly yourAddress?: string;
  /** Length of the info dictionary in bytes, when we have it. */
  readonly metadataLength?: number;
  /** We want nothing (more) of this torrent. */
  readonly isUploadOnly: boolean;
  /** We like to hear of other peers: not of those of a private torrent (BEP 27). */
  readonly takesPeers: boolean;
}

/** What came in: their greeting, a message about metadata, or whom they are connected to. */
export type ExtensionInput =
  | { readonly type: "handshake"; readonly handshake: ExtensionHandshake }
  | { readonly type: "metadata"; readonly message: MetadataMessage }
  | { readonly type: "peers"; readonly exchange: PeerExchange };

/** One connection's extensions. */
export class ExtensionLink {
  readonly #sink: MessageSink;
  #theirs: ReadonlyMap<string, number> = new Map();
  #takesPeers = false;

  /** Speaks through this connection. */
  constructor(sink: MessageSink) {
    this.#sink = sink;
  }

  /** Whether the other end answers requests for metadata. */
  get takesMetadata(): boolean {
    return (this.#theirs.get("ut_metadata") ?? 0) > 0;
  }

  /** Whether the other end likes to hear of other peers. */
  get takesPeers(): boolean {
    return (this.#theirs.get("ut_pex") ?? 0) > 0;
  }

  /** Sends our handshake; it may be sent again when something changed. */
  greet(greeting: Greeting): void {
    const { takesPeers, ...rest } = greeting;
    this.#takesPeers = takesPeers;
    const payload = encodeExtensionHandshake({
      extensions: new Map([["ut_metadata", OUR_NUMBERS.metadata], ["ut_pex", takesPeers ? OUR_NUMBERS.peers : 0]]),
      clientVersion: `Playswarm ${VERSION}`,
      requestQueueLength: REQUEST_QUEUE_LENGTH,
      ...rest,
    });
    this.#sink.send({ type: "extended", id: EXTENSION_HANDSHAKE_ID, payload });
  }

  /** Reads an extended message. Unknown extensions give undefined. @throws {ProtocolError} */
  receive(message: ExtendedMessage): ExtensionInput | undefined {
    if (message.id === EXTENSION_HANDSHAKE_ID) {
      const handshake = decodeExtensionHandshake(message.payload);
      // A second handshake changes what it names and leaves the rest (BEP 10).
      this.#theirs = new Map([...this.#theirs, ...handshake.extensions]);
      return { type: "handshake", handshake };
    }
    switch (message.id) {
      case OUR_NUMBERS.metadata:
        return { type: "metadata", message: decodeMetadataMessage(message.payload) };
      case OUR_NUMBERS.peers:
        return this.#takesPeers ? { type: "peers", exchange: decodePeerExchange(message.payload) } : undefined;
      default:
        return undefined;
    }
  }

  /** Sends a message about metadata, if the other end takes any. */
  sendMetadata(message: MetadataMessage): void {
    const id = this.#theirs.get("ut_metadata") ?? 0;
    if (id > 0) this.#sink.send({ type: "extended", id, payload: encodeMetadataMessage(message) });
  }

  /** Tells whom we are connected to, if the other end likes to hear it. */
  sendPeers(exchange: PeerExchange): void {
    const id = this.#theirs.get("ut_pex") ?? 0;
    if (id > 0) this.#sink.send({ type: "extended", id, payload: encodePeerExchange(exchange) });
  }
}
