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
import type { ExtendedMessage, PeerMessage } from "../shared/wire/peer_message.ts";

/** The numbers under which we take extension messages; ours to choose, the other end learns them from the handshake. */
const OUR_EXTENSIONS: ReadonlyMap<string, number> = new Map([["ut_metadata", 1]]);

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
  /** Length of the info dictionary in bytes, when we have it. */
  readonly metadataLength?: number;
  /** We want nothing (more) of this torrent. */
  readonly isUploadOnly: boolean;
}

/** What came in: their greeting, or a message about metadata. */
export type ExtensionInput =
  | { readonly type: "handshake"; readonly handshake: ExtensionHandshake }
  | { readonly type: "metadata"; readonly message: MetadataMessage };

/** One connection's extensions. */
export class ExtensionLink {
  readonly #sink: MessageSink;
  #theirs: ReadonlyMap<string, number> = new Map();

  /** Speaks through this connection. */
  constructor(sink: MessageSink) {
    this.#sink = sink;
  }

  /** Whether the other end answers requests for metadata. */
  get takesMetadata(): boolean {
    return (this.#theirs.get("ut_metadata") ?? 0) > 0;
  }

  /** Sends our handshake; it may be sent again when something changed. */
  greet(greeting: Greeting): void {
    const payload = encodeExtensionHandshake({
      extensions: OUR_EXTENSIONS,
      clientVersion: `Playswarm ${VERSION}`,
      requestQueueLength: REQUEST_QUEUE_LENGTH,
      ...greeting,
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
    if (message.id !== OUR_EXTENSIONS.get("ut_metadata")) return undefined;
    return { type: "metadata", message: decodeMetadataMessage(message.payload) };
  }

  /** Sends a message about metadata, if the other end takes any. */
  sendMetadata(message: MetadataMessage): void {
    const id = this.#theirs.get("ut_metadata") ?? 0;
    if (id > 0) this.#sink.send({ type: "extended", id, payload: encodeMetadataMessage(message) });
  }
}
