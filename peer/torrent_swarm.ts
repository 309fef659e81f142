/**
 * The swarm side of one torrent: its connections and its machine. Carries what happens on the connections into the
 * machine and the machine's effects out to them. It holds no policy of its own.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { assertNever } from "../shared/assert_never.ts";
import { encodeAddress, type Endpoint, formatEndpoint } from "../shared/endpoint.ts";
import type { Block } from "../shared/geometry.ts";
import { type InfoHash, type InfoHashV2, truncateInfoHash } from "../shared/ids.ts";
import type { Info } from "../shared/metainfo.ts";
import { ProtocolError } from "../shared/protocol_error.ts";
import type { ExtensionHandshake } from "../shared/wire/extension.ts";
import { speaksV2 } from "../shared/wire/handshake.ts";
import type { MetadataMessage } from "../shared/wire/metadata_message.ts";
import type { PeerExchange } from "../shared/wire/peer_exchange.ts";
import type { ControlMessage, HashesMessage, HashRequestMessage } from "../shared/wire/peer_message.ts";
import type { Engine } from "./engine.ts";
import { ExchangeDesk } from "./exchange_desk.ts";
import { MetadataExchange } from "./metadata_exchange.ts";
import type { PeerConnection } from "./net/connection.ts";
import { dial, DialFailure } from "./net/dialer.ts";
import { SwarmMachine } from "./swarm/machine.ts";
import type { SwarmEffect } from "./swarm/swarm_effect.ts";
import type { PeerKey, SwarmEvent } from "./swarm/swarm_event.ts";
import type { SwarmHost } from "./swarm_host.ts";
import { type PeerOwner, TorrentPeer } from "./torrent_peer.ts";

/** Banned endpoints remembered for the page of a torrent: more than anybody reads. */
const MAX_BANNED_SHOWN = 100;

/** What is said to those who know only v1 when they cannot be served. */
const CONTRADICTION = "its SHA-1 is not proven";

/** How to make a {@link TorrentSwarm}. */
export interface TorrentSwarmOptions {
  readonly engine: Engine;
  readonly infoHash: InfoHash;
  readonly infoHashV2?: InfoHashV2;
  readonly host: SwarmHost;
}

/** Connections and machine of one torrent. */
export class TorrentSwarm implements AsyncDisposable, PeerOwner {
  readonly machine: SwarmMachine;
  /** Connected peers, by key. */
  readonly peers: ReadonlyMap<PeerKey, TorrentPeer>;
  /** Endpoints that sent corrupt data, the latest last. */
  readonly bannedPeers: readonly string[];
  readonly #peers = new Map<PeerKey, TorrentPeer>();
  readonly #bannedPeers: string[] = [];
  readonly #options: TorrentSwarmOptions;
  readonly #engine: Engine;
  readonly #host: SwarmHost;
  readonly #metadata: MetadataExchange;
  readonly #exchange: ExchangeDesk;
  readonly #end = new AbortController();
  readonly #tasks = new Set<Promise<void>>();
  readonly #pending: SwarmEvent[] = [];
  #isHandling = false;
  #nextPeerKey: PeerKey = 1;
  #info: Info | undefined;

  /** Connects to nobody before there are candidates. */
  constructor(options: TorrentSwarmOptions) {
    const { engine } = options;
    this.#options = options;
    this.#engine = engine;
    this.#host = options.host;
    this.peers = this.#peers;
    this.bannedPeers = this.#bannedPeers;
    this.machine = new SwarmMachine({
      random: engine.random,
      settings: engine.swarmSettings,
      ownPeerId: engine.peerId,
    });
    this.#metadata = new MetadataExchange({
      infoHash: options.infoHash,
      ...(options.infoHashV2 === undefined ? {} : { infoHashV2: options.infoHashV2 }),
      send: (peer, message) => this.#peers.get(peer)?.extensions.sendMetadata(message),
      onInfo: (info) => this.#host.onInfo(info),
      onLiar: (peer, reason) => this.#peers.get(peer)?.connection.close(reason),
    });
    this.#exchange = new ExchangeDesk({
      peers: this.#peers,
      machine: this.machine,
      maxCandidates: engine.swarmSettings.maxCandidates,
      isPrivate: () => this.#info?.isPrivate,
      onFound: (candidates) => this.handle({ type: "candidates-found", candidates, source: "exchange" }),
    });
  }

  /** The metadata are known: they are given to peers, and not fetched while the files are being opened. */
  provide(info: Info): void {
    this.#info = info;
    this.#metadata.provide(info);
  }

  /** Whether somebody is connected who knows only v1 (BEP 52). */
  get hasV1Peers(): boolean {
    return this.#peers.values().some(({ connection }) => !this.#speaksV2(connection));
  }

  /** The torrent contradicts itself, and whoever knows only v1 must not be given what only v2 proves. */
  dropV1Peers(): void {
    getLogger(["playswarm", "peer", "torrent"]).warn(
      "{infoHash} contradicts itself: its SHA-1 is wrong where its SHA-256 is right. It goes on among those who know v2.",
      { infoHash: this.#options.infoHash },
    );
    for (const { connection } of this.#peers.values()) {
      if (!this.#speaksV2(connection)) connection.close(CONTRADICTION);
    }
  }

  /** Begins to fetch and serve pieces: the storage is open. */
  begin(event: Extract<SwarmEvent, { readonly type: "metadata-known" }>): void {
    this.handle(event);
    this.greetAll();
  }

  /** What we say of ourselves has changed: says it again (BEP 10), for one that wants nothing more (BEP 21) above all. */
  greetAll(): void {
    for (const peer of this.#peers.values()) this.#greet(peer);
  }

  /** Time passed. */
  tick(): void {
    this.handle({ type: "tick" });
    this.#metadata.tick(this.#engine.now());
    this.#exchange.tick(this.#engine.now());
  }

  /** Takes over an incoming connection, which is served when `after` is done. */
  adopt(connection: PeerConnection, options: { readonly after: Promise<void> }): void {
    this.#run(options.after.then(() => this.#serve(connection)));
  }

  /**
   * Tells the machine of an event and does what it says. What happens meanwhile waits for its turn, so that the machine
   * sees events in the order in which they are true.
   */
  handle(event: SwarmEvent, data?: Uint8Array): void {
    if (this.#isHandling) return void this.#pending.push(event);
    this.#isHandling = true;
    try {
      for (const effect of this.machine.handle(event, this.#engine.now())) this.#carryOut(effect, data);
      for (let next = this.#pending.shift(); next !== undefined; next = this.#pending.shift()) {
        for (const effect of this.machine.handle(next, this.#engine.now())) this.#carryOut(effect);
      }
    } finally {
      this.#isHandling = false;
    }
  }

  /** A control message came. */
  onControl(peer: PeerKey, message: ControlMessage): void {
    this.handle({ type: "message-received", peer, message });
  }

  /** A block came; its data is a view that ends with the call. */
  onBlock(peer: PeerKey, block: Block, data: Uint8Array): void {
    this.handle({ type: "block-received", peer, block }, data);
  }

  /** A peer asks for hashes (BEP 52): answered from the trees, or rejected. */
  onHashRequest(peer: PeerKey, message: HashRequestMessage): void {
    const mayAnswer = this.machine.mayAnswerHashes(peer, { range: message, now: this.#engine.now() });
    const hashes = mayAnswer ? this.#host.storage?.hashes.answer(message) : undefined;
    const answer = hashes === undefined
      ? { ...message, type: "hash-reject" as const }
      : { ...message, type: "hashes" as const, hashes };
    this.#peers.get(peer)?.connection.send(answer);
  }

  /** Hashes came (BEP 52): the storage judges them. */
  onHashes(peer: PeerKey, message: HashesMessage): void {
    const isTrue = this.#host.storage?.hashes.accept(message) ?? false;
    this.handle({ type: isTrue ? "hashes-verified" : "hashes-failed", peer, range: message });
  }

  /** A peer introduced itself (BEP 10). */
  onExtensionHandshake(key: PeerKey, handshake: ExtensionHandshake): void {
    const peer = this.#peers.get(key);
    if (peer === undefined) return;
    const { isUploadOnly, listenPort, metadataLength, requestQueueLength, yourAddress } = handshake;
    this.handle({
      type: "extension-handshake",
      peer: key,
      ...(isUploadOnly === undefined ? {} : { isUploadOnly }),
      ...(requestQueueLength === undefined ? {} : { requestQueueLength }),
      ...(metadataLength === undefined ? {} : { metadataLength }),
      ...(yourAddress === undefined ? {} : { ownEndpoint: { host: yourAddress, port: this.#engine.listenPort } }),
      ...(listenPort === undefined ? {} : { listenEndpoint: { host: peer.endpoint.host, port: listenPort } }),
    });
    if (peer.extensions.takesMetadata) this.#metadata.offer(key, { metadataLength, now: this.#engine.now() });
  }

  /** A message about metadata came (BEP 9). */
  onMetadata(peer: PeerKey, message: MetadataMessage): void {
    this.#metadata.receive(peer, { message, now: this.#engine.now() });
  }

  /** A peer told whom else it is connected to (BEP 11). */
  onPeerExchange(peer: PeerKey, exchange: PeerExchange): void {
    this.#exchange.receive(peer, { exchange, now: this.#engine.now() });
  }

  /** A block was written to a connection. */
  onUploaded(peer: PeerKey, block: Block): void {
    this.#host.onUploaded(block.length);
    this.handle({ type: "block-uploaded", peer, block });
  }

  /** A block could not be read for upload. */
  onUploadFailed(peer: PeerKey, block: Block, error: Error): void {
    this.handle({ type: "upload-failed", peer, block });
    this.#host.onUploadFailed(error);
  }

  /** Fills in the bytes of an upload. */
  readBlock(block: Block, into: Uint8Array): void {
    if (this.#host.storage === undefined) throw new RangeError("Cannot read a block before the storage is open");
    this.#host.storage.readBlock(block, into);
  }

  /** Pending while there is no room for more blocks. */
  room(): Promise<void> | undefined {
    return this.#host.storage?.room();
  }

  /** Closes every connection and waits until all is quiet. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort(new DOMException("the torrent was closed", "AbortError"));
    for (const peer of this.#peers.values()) peer.connection.close("leaving");
    while (this.#tasks.size > 0) await Promise.all(this.#tasks);
  }

  #carryOut(effect: SwarmEffect, data?: Uint8Array): void {
    switch (effect.type) {
      case "dial":
        return this.#run(this.#dial(effect.endpoint));
      case "disconnect":
        return this.#peers.get(effect.peer)?.connection.close(effect.detail ?? effect.reason);
      case "ban":
        this.#noteBanned(effect.endpoint);
        this.#engine.bans.add(effect.endpoint, this.#engine.now());
        return this.#host.onBanned();
      case "send":
        return this.#peers.get(effect.peer)?.connection.send(effect.message);
      case "request":
        return this.#peers.get(effect.peer)?.connection.sendRequests(effect.blocks);
      case "keep-block":
        return this.#keep(effect.block, data);
      case "upload-block":
        return this.#peers.get(effect.peer)?.connection.queueUpload(effect.block);
      case "cancel-upload":
        return this.#peers.get(effect.peer)?.takeBack(effect.block);
      case "want-candidates":
        return this.#host.onWantCandidates();
      case "completed":
        return this.#host.onCompleted();
      default:
        assertNever(effect);
    }
  }

  #noteBanned(endpoint: Endpoint): void {
    this.#bannedPeers.push(formatEndpoint(endpoint));
    if (this.#bannedPeers.length > MAX_BANNED_SHOWN) this.#bannedPeers.shift();
  }

  #keep(block: Block, data: Uint8Array | undefined): void {
    if (data === undefined) throw new TypeError("Cannot keep a block as received: current value is no data");
    this.#host.onDownloaded(data.length);
    this.#host.storage?.writeBlock(block, data);
  }

  async #dial(endpoint: Endpoint): Promise<void> {
    const engine = this.#engine;
    const v2 = this.#info?.infoHashV2 ?? this.#options.infoHashV2;
    if (engine.bans.has(endpoint, engine.now())) return this.handle({ type: "dial-failed", endpoint });
    try {
      const connection = await dial(endpoint, {
        infoHash: this.#options.infoHash,
        peerId: engine.peerId,
        downloadLimiter: engine.downloadLimiter,
        uploadLimiter: engine.uploadLimiter,
        signal: this.#end.signal,
        ...(v2 === undefined ? {} : { upgradeInfoHash: truncateInfoHash(v2) }),
      });
      await this.#serve(connection);
    } catch (error) {
      if (error === this.#end.signal.reason) return;
      if (!(error instanceof DialFailure) && !(error instanceof ProtocolError)) throw error;
      this.handle({ type: "dial-failed", endpoint });
    }
  }

  async #serve(connection: PeerConnection): Promise<void> {
    const isAdmitted = this.#speaksV2(connection) ||
      (await this.#host.admitsV1() && this.#host.storage?.isContradicted !== true);
    const isUnwanted = this.#end.signal.aborted || this.#engine.bans.has(connection.endpoint, this.#engine.now());
    if (!isAdmitted || isUnwanted) {
      connection.close(isUnwanted ? "not welcome" : CONTRADICTION);
      if (connection.isOutgoing) this.handle({ type: "dial-failed", endpoint: connection.endpoint });
      return;
    }
    connection.limitBy(this.#host.limits);
    const { endpoint, isOutgoing, handshake } = connection;
    const peer = new TorrentPeer(this.#nextPeerKey++, { connection, owner: this });
    this.#peers.set(peer.key, peer);
    this.handle({ type: "peer-connected", peer: peer.key, endpoint, isOutgoing, handshake });
    this.#greet(peer);
    const reason = await peer.run();
    this.#peers.delete(peer.key);
    this.#metadata.forget(peer.key, { now: this.#engine.now() });
    this.handle({ type: "peer-disconnected", peer: peer.key, reason });
  }

  /** Of a torrent without a v2 part nobody needs to know v2. */
  #speaksV2({ handshake }: PeerConnection): boolean {
    return speaksV2(handshake, this.#info?.infoHashV2 ?? this.#options.infoHashV2);
  }

  #greet(peer: TorrentPeer): void {
    peer.greet({
      listenPort: this.#engine.listenPort,
      isUploadOnly: this.#host.isComplete,
      ...(encodeAddress(peer.endpoint.host) === undefined ? {} : { yourAddress: peer.endpoint.host }),
      takesPeers: this.#exchange.isOffered,
      ...(this.#info === undefined ? {} : { metadataLength: this.#info.infoBytes.length }),
    });
  }

  /** Runs a task in this scope. An error that a task does not expect is a bug, and ends the program. */
  #run(task: Promise<void>): void {
    const running = task.finally(() => this.#tasks.delete(running));
    this.#tasks.add(running);
  }
}
