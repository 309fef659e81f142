/**
 * One connected peer of a torrent: the connection, its extensions, and which of what comes in is whose business.
 *
 * @module
 */
import { assertNever } from "../shared/assert_never.ts";
import type { Endpoint } from "../shared/endpoint.ts";
import type { Block } from "../shared/geometry.ts";
import type { ControlMessage, HashesMessage, HashRequestMessage, PeerMessage } from "../shared/wire/peer_message.ts";
import type { ExtensionHandshake } from "../shared/wire/extension.ts";
import type { MetadataMessage } from "../shared/wire/metadata_message.ts";
import type { PeerExchange } from "../shared/wire/peer_exchange.ts";
import { ExtensionLink, type Greeting } from "./extension_link.ts";
import type { ConnectionHandler, PeerConnection } from "./net/connection.ts";
import { ExchangePartner } from "./peer_exchange.ts";
import type { PeerKey } from "./swarm/swarm_event.ts";

/** What a torrent does with what its peers send. All is called while a message is being read: views end with the call. */
export interface PeerOwner {
  /** A message that only the swarm machine judges. */
  onControl(peer: PeerKey, message: ControlMessage): void;
  /** A block, asked for or not; `data` is a view. */
  onBlock(peer: PeerKey, block: Block, data: Uint8Array): void;
  /** They ask for hashes (BEP 52). */
  onHashRequest(peer: PeerKey, message: HashRequestMessage): void;
  /** They send hashes (BEP 52). */
  onHashes(peer: PeerKey, message: HashesMessage): void;
  /** They introduce themselves (BEP 10). */
  onExtensionHandshake(peer: PeerKey, handshake: ExtensionHandshake): void;
  /** A message about the info dictionary (BEP 9). */
  onMetadata(peer: PeerKey, message: MetadataMessage): void;
  /** They tell whom else they are connected to (BEP 11). */
  onPeerExchange(peer: PeerKey, exchange: PeerExchange): void;
  /** A block was written to the connection. */
  onUploaded(peer: PeerKey, block: Block): void;
  /** A block could not be read, and was rejected. */
  onUploadFailed(peer: PeerKey, block: Block, error: Error): void;
  /** Fills in verified bytes. @throws when they cannot be read, which rejects the request */
  readBlock(block: Block, into: Uint8Array): void;
  /** Pending while there is no room for more blocks. */
  room(): Promise<void> | undefined;
}

/** A peer, from its handshake to its end. */
export class TorrentPeer implements ConnectionHandler {
  readonly key: PeerKey;
  readonly connection: PeerConnection;
  readonly extensions: ExtensionLink;
  readonly exchange: ExchangePartner;
  readonly #owner: PeerOwner;
  #listenPort: number | undefined;

  /** A peer to {@link run}; the connection is owned from then on. */
  constructor(key: PeerKey, options: { readonly connection: PeerConnection; readonly owner: PeerOwner }) {
    this.key = key;
    this.connection = options.connection;
    this.extensions = new ExtensionLink(options.connection);
    this.exchange = new ExchangePartner(options.connection.endpoint.host);
    this.#owner = options.owner;
  }

  /** Where the peer is. */
  get endpoint(): Endpoint {
    return this.connection.endpoint;
  }

  /** Where others can reach it: where we dialled it, or where it says that it listens. */
  get listenEndpoint(): Endpoint | undefined {
    if (this.connection.isOutgoing) return this.endpoint;
    return this.#listenPort === undefined ? undefined : { host: this.endpoint.host, port: this.#listenPort };
  }

  /** Introduces us, to a peer that speaks the extension protocol. */
  greet(greeting: Greeting): void {
    if (this.connection.handshake.supportsExtensions) this.extensions.greet(greeting);
  }

  /** Carries messages until the connection ends; gives why it did. */
  run(): Promise<string> {
    return this.connection.run(this);
  }

  /** Hands a message to its place in the torrent. @throws {ProtocolError} which ends the connection */
  onMessage(message: PeerMessage): void {
    switch (message.type) {
      case "piece": {
        const block = { piece: message.piece, begin: message.begin, length: message.data.length };
        return this.#owner.onBlock(this.key, block, message.data);
      }
      case "extended":
        return this.#onExtension(this.extensions.receive(message));
      case "hash-request":
        return this.#owner.onHashRequest(this.key, message);
      case "hashes":
        return this.#owner.onHashes(this.key, message);
      case "keep-alive":
      case "unknown":
        return;
      default:
        return this.#owner.onControl(this.key, message);
    }
  }

  /** Back-pressure: the next read waits until there is room for what it may bring. */
  afterRead(): Promise<void> | undefined {
    return this.#owner.room();
  }

  /** Takes a queued upload back and rejects it (BEP 6); one that is being written already is its own answer. */
  takeBack(block: Block): void {
    if (!this.connection.cancelUpload(block) || !this.connection.handshake.supportsFast) return;
    const { piece, begin, length } = block;
    this.connection.send({ type: "reject-request", piece, begin, length });
  }

  /** Fills in the bytes of an upload when its turn comes. */
  readBlock(block: Block, into: Uint8Array): void {
    this.#owner.readBlock(block, into);
  }

  /** Notes an upload that was written. */
  onUploaded(block: Block): void {
    this.#owner.onUploaded(this.key, block);
  }

  /** Notes an upload that could not be read. */
  onUploadFailed(block: Block, error: Error): void {
    this.#owner.onUploadFailed(this.key, block, error);
  }

  #onExtension(input: ReturnType<ExtensionLink["receive"]>): void {
    if (input === undefined) return;
    switch (input.type) {
      case "handshake":
        this.#listenPort = input.handshake.listenPort ?? this.#listenPort;
        return this.#owner.onExtensionHandshake(this.key, input.handshake);
      case "metadata":
        return this.#owner.onMetadata(this.key, input.message);
      case "peers":
        return this.#owner.onPeerExchange(this.key, input.exchange);
      default:
        assertNever(input);
    }
  }
}
