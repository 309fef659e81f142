/**
 * One simulated peer: a real swarm machine, a storage that judges pieces after a moment, and connections over simulated
 * links. Content is a word for each block, "right" or one that its sender made up.
 *
 * @module
 */
import { Bitfield } from "../../shared/bitfield.ts";
import { type Endpoint, formatEndpoint } from "../../shared/endpoint.ts";
import type { Block } from "../../shared/geometry.ts";
import { type PeerId, peerId } from "../../shared/ids.ts";
import type { Info } from "../../shared/metainfo.ts";
import { SwarmMachine } from "../../peer/swarm/machine.ts";
import { defaultSwarmSettings, type SwarmSettings } from "../../peer/swarm/settings.ts";
import type { SwarmEffect } from "../../peer/swarm/swarm_effect.ts";
import type { Demand, PeerKey, SwarmEvent } from "../../peer/swarm/swarm_event.ts";
import { InvariantWatch } from "./invariants.ts";
import { LinkEnd, type LinkHandler, type LinkSpeed, NetworkPlace } from "./simulated_network.ts";
import { traceStep } from "./trace.ts";
import type { Simulation } from "./simulation.ts";

/** Between two ticks of a machine, as in the program. */
const TICK_MS = 100;

/** From the last block of a piece to the storage's verdict. */
const VERIFY_MS = 2;

/** Every so many events the watch compares all that can be seen from outside as well. */
const DEEP_EVERY = 1_999;

/** How a simulated peer is and behaves. */
export interface SimulatedPeerOptions {
  readonly speed: LinkSpeed;
  /** The house that it is in, with others: they share its line, and reach each other on its LAN. */
  readonly house?: SimulatedHouse;
  /** Has everything from the start. */
  readonly isSeeder?: boolean;
  /** Chance of a block that it sends being wrong. */
  readonly liarChance?: number;
  /** Never unchokes anybody, whatever its machine says. */
  readonly isSelfish?: boolean;
  readonly settings?: Partial<SwarmSettings>;
  readonly supportsFast?: boolean;
}

/** A line to the world that is shared, and a LAN. */
export interface SimulatedHouse {
  readonly line: NetworkPlace;
  readonly lan: LinkSpeed;
}

/** One member of a simulated swarm. */
export class SimulatedPeer {
  readonly endpoint: Endpoint;
  /** The same from outside of a house. */
  readonly outerEndpoint: Endpoint;
  /** Its endpoint as text. */
  readonly name: string;
  readonly peerId: PeerId;
  readonly machine: SwarmMachine;
  readonly place: NetworkPlace;
  readonly #lanPlace: NetworkPlace | undefined;
  readonly watch: InvariantWatch;
  readonly #simulation: Simulation;
  readonly #options: SimulatedPeerOptions;
  readonly #connections = new Map<PeerKey, { readonly end: LinkEnd; readonly other: SimulatedPeer }>();
  readonly #storage: SimulatedStorage;
  #eventCount = 0;
  #isAlive = true;
  /** When everything was verified, undefined before. */
  completedAtMs: number | undefined;
  /** Bytes of blocks that arrived, wanted or not, by the sender's endpoint. */
  readonly receivedFrom = new Map<string, number>();
  /** Peers it banned. */
  readonly banned: string[] = [];

  /** Joins nothing yet: `Simulation.add` does. */
  constructor(simulation: Simulation, options: SimulatedPeerOptions & { readonly number: number }) {
    const { clock, info, random } = simulation;
    this.#simulation = simulation;
    this.#options = options;
    this.endpoint = { host: `10.0.${options.number >> 8}.${options.number & 255}`, port: 6881 };
    this.outerEndpoint = { ...this.endpoint, host: this.endpoint.host.replace("10.0.", "198.51.") };
    this.name = formatEndpoint(this.endpoint);
    const id = new Uint8Array(20);
    new DataView(id.buffer).setUint32(16, options.number);
    this.peerId = peerId(id);
    const settings = { ...defaultSwarmSettings, ...options.settings };
    this.machine = new SwarmMachine({ random, settings, ownPeerId: this.peerId });
    this.watch = new InvariantWatch(this.machine, settings);
    this.place = options.house?.line ?? new NetworkPlace(clock, options.speed);
    this.#lanPlace = options.house === undefined ? undefined : new NetworkPlace(clock, options.house.lan);
    this.#storage = new SimulatedStorage(info);
  }

  /** Bytes of all blocks that arrived. */
  get receivedBytes(): number {
    return [...this.receivedFrom.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /** Whether the other is in the same house. */
  isNear(other: SimulatedPeer): boolean {
    return this.#options.house !== undefined && this.#options.house === other.#options.house;
  }

  /** Where another reaches it: those who are in a house see who is outside of it at public addresses. */
  endpointFor(other: SimulatedPeer): Endpoint {
    if (this.isNear(other) || (this.#options.house ?? other.#options.house) === undefined) return this.endpoint;
    return this.outerEndpoint;
  }

  /** The two ends of a connection to another: on the LAN of their house, or else in the world. */
  placesTo(other: SimulatedPeer): readonly [NetworkPlace, NetworkPlace] {
    const isNear = this.isNear(other);
    return [isNear ? this.#lanPlace ?? this.place : this.place, isNear ? other.#lanPlace ?? other.place : other.place];
  }

  /** Starts the machine and its ticks. */
  start(): void {
    const { info, clock, random } = this.#simulation;
    const { pieceCount } = info.geometry;
    const verified = this.#options.isSeeder === true ? Bitfield.full(pieceCount) : new Bitfield(pieceCount);
    this.#storage.verified = verified.clone();
    if (this.#options.isSeeder === true) this.#complete();
    this.handle({ type: "metadata-known", info, verified, hasLayers: true });
    const tick = () => {
      if (!this.#isAlive) return;
      this.handle({ type: "tick" });
      clock.after(TICK_MS, tick);
    };
    clock.after(random() * TICK_MS, tick);
  }

  /** Dies without a word. */
  kill(): void {
    this.#isAlive = false;
    for (const { end } of this.#connections.values()) end.close();
    this.#connections.clear();
  }

  /** Whether the piece is verified here. */
  has(piece: number): boolean {
    return this.#storage.verified.has(piece);
  }

  /** The verified part of all pieces. */
  get verifiedShare(): number {
    return this.#storage.verified.count / this.#storage.verified.length;
  }

  /** A player's wishes. */
  demand(demands: readonly Demand[]): void {
    const { geometry } = this.#simulation.info;
    const pieces = new Set<number>();
    for (const { start, end } of demands) {
      const last = geometry.pieceAt(Math.min(end, geometry.length) - 1);
      for (let piece = geometry.pieceAt(start); piece <= last; piece++) pieces.add(piece);
    }
    this.watch.demand(pieces);
    this.handle({ type: "demand-moved", demands });
  }

  /** Gives the machine an event, checks what it does, and does it. */
  handle(event: SwarmEvent): void {
    if (!this.#isAlive) return;
    const { nowMs } = this.#simulation.clock;
    const effects = this.machine.handle(event, nowMs);
    traceStep({ nowMs, name: this.name, event, effects });
    this.watch.after(event, effects, ++this.#eventCount % DEEP_EVERY === 0);
    for (const effect of effects) this.#carryOut(effect, event);
  }

  /** One end of a new connection, with what it does when something arrives. */
  linkHandler(key: PeerKey): LinkHandler {
    return {
      onArrival: (deliver) => {
        if (this.#connections.has(key)) deliver();
      },
      onSent: (block) => this.handle({ type: "block-uploaded", peer: key, block }),
      onClosed: () => {
        if (this.#connections.delete(key)) this.handle({ type: "peer-disconnected", peer: key, reason: "closed" });
      },
    };
  }

  /** The handshake with another peer is done. */
  connected(
    other: SimulatedPeer,
    options: { readonly key: PeerKey; readonly end: LinkEnd; readonly isOutgoing: boolean },
  ): void {
    if (!this.#isAlive) return options.end.close();
    const { key, end, isOutgoing } = options;
    this.#connections.set(key, { end, other });
    const seen = other.endpointFor(this);
    const endpoint = isOutgoing ? seen : { ...seen, port: 50_000 + key % 10_000 };
    const handshake = {
      infoHash: this.#simulation.info.infoHash,
      peerId: other.peerId,
      supportsFast: other.#options.supportsFast ?? true,
      supportsExtensions: true,
      supportsDht: false,
      supportsV2: false,
    };
    this.handle({ type: "peer-connected", peer: key, endpoint, isOutgoing, handshake });
    const listenEndpoint = other.endpointFor(this);
    this.handle({
      type: "extension-handshake",
      peer: key,
      isUploadOnly: false,
      requestQueueLength: 2_000,
      listenEndpoint,
    });
  }

  #carryOut(effect: SwarmEffect, event: SwarmEvent): void {
    switch (effect.type) {
      case "dial":
        return this.#simulation.dial(this, effect.endpoint);
      case "disconnect":
        this.#connections.get(effect.peer)?.end.close();
        this.#connections.delete(effect.peer);
        return;
      case "ban":
        this.banned.push(formatEndpoint(effect.endpoint));
        return;
      case "send":
        if (this.#options.isSelfish === true && effect.message.type === "unchoke") return;
        return this.#send(effect.peer, [{ type: "message-received", message: effect.message }]);
      case "request":
        return this.#send(
          effect.peer,
          effect.blocks.map((block) => ({ type: "message-received", message: { type: "request", ...block } })),
        );
      case "keep-block":
        if (event.type === "block-received") this.#keep(effect.block, this.#arriving);
        return;
      case "upload-block":
        return this.#upload(effect.peer, effect.block);
      case "cancel-upload":
        return this.#takeBack(effect.peer, effect.block);
      case "want-candidates":
        return this.#simulation.announce(this);
      case "completed":
        return this.#complete();
    }
  }

  /** The content of the block that is being handled. */
  #arriving = "";

  #send(key: PeerKey, events: readonly Said[]): void {
    const connection = this.#connections.get(key);
    connection?.end.send(() => {
      for (const said of events) connection.other.handle({ ...said, peer: key });
    });
  }

  #upload(key: PeerKey, block: Block): void {
    const connection = this.#connections.get(key);
    const isLie = this.#simulation.random() < (this.#options.liarChance ?? 0);
    const content = isLie ? `wrong, from ${this.name}` : "right";
    connection?.end.queueBlock(block, () => connection.other.receive(this, { key, block, content }));
  }

  #takeBack(key: PeerKey, block: Block): void {
    const connection = this.#connections.get(key);
    if (connection === undefined || !connection.end.cancelBlock(block)) return;
    if (connection.other.#options.supportsFast === false) return;
    this.#send(key, [{ type: "message-received", message: { type: "reject-request", ...block } }]);
  }

  /** A block arrives. */
  receive(
    from: SimulatedPeer,
    { key, block, content }: { readonly key: PeerKey; readonly block: Block; readonly content: string },
  ): void {
    this.receivedFrom.set(from.name, (this.receivedFrom.get(from.name) ?? 0) + block.length);
    this.#arriving = content;
    this.handle({ type: "block-received", peer: key, block });
  }

  #complete(): void {
    if (this.completedAtMs !== undefined) return;
    this.completedAtMs = this.#simulation.clock.nowMs;
    this.#simulation.completed();
  }

  #keep(block: Block, content: string): void {
    const verdict = this.#storage.keep(block, content);
    if (verdict !== undefined) {
      this.#simulation.clock.after(VERIFY_MS, () => {
        this.#storage.settle(verdict);
        this.handle(verdict);
      });
    }
  }
}

type Said = Omit<Extract<SwarmEvent, { readonly type: "message-received" }>, "peer">;
type Verdict = Extract<SwarmEvent, { readonly type: "piece-verified" | "piece-failed" }>;

/** Pieces as lists of words. */
class SimulatedStorage {
  readonly #info: Info;
  readonly #unfinished = new Map<number, (string | undefined)[]>();
  verified: Bitfield;

  constructor(info: Info) {
    this.#info = info;
    this.verified = new Bitfield(info.geometry.pieceCount);
  }

  /** Keeps a block; gives the verdict when its piece is full. */
  keep(block: Block, content: string): Verdict | undefined {
    const { geometry } = this.#info;
    let contents = this.#unfinished.get(block.piece);
    if (contents === undefined) {
      contents = new Array<string | undefined>(geometry.blockCount(block.piece)).fill(undefined);
      this.#unfinished.set(block.piece, contents);
    }
    contents[geometry.blockIndex(block)] = content;
    const digests = contents.filter((word) => word !== undefined);
    if (digests.length < contents.length) return undefined;
    this.#unfinished.delete(block.piece);
    const isRight = digests.every((digest) => digest === "right");
    return { type: isRight ? "piece-verified" : "piece-failed", piece: block.piece, digests };
  }

  settle(verdict: Verdict): void {
    if (verdict.type === "piece-verified") this.verified.set(verdict.piece);
  }
}
