/**
 * For tests: a swarm machine with a clock of its own and short words for what peers say.
 *
 * @module
 */
import { Bitfield } from "../../shared/bitfield.ts";
import { type Block, Geometry } from "../../shared/geometry.ts";
import { infoHash, peerId } from "../../shared/ids.ts";
import type { Info } from "../../shared/metainfo.ts";
import type { Handshake } from "../../shared/wire/handshake.ts";
import type { ControlMessage } from "../../shared/wire/peer_message.ts";
import { SwarmMachine } from "./machine.ts";
import { defaultSwarmSettings, type SwarmSettings } from "./settings.ts";
import type { SwarmEffect } from "./swarm_effect.ts";
import type { PeerKey, SwarmEvent } from "./swarm_event.ts";

/** Blocks of a whole piece of test torrents. */
export const TEST_BLOCKS_PER_PIECE = 4;

/** A torrent of one file with pieces of four blocks; v1, or the given version with a pieces root. */
export function testInfo(pieceCount: number, version: Info["version"] = "v1"): Info {
  const pieceLength = TEST_BLOCKS_PER_PIECE * 16_384;
  const file = { path: ["test.bin"], length: pieceCount * pieceLength, offset: 0, isPad: false };
  return {
    infoHash: infoHash(new Uint8Array(20).fill(7)),
    version,
    name: "test.bin",
    pieceLength,
    files: [version === "v1" ? file : { ...file, piecesRoot: new Uint8Array(32).fill(9) }],
    geometry: new Geometry({ pieceLength, files: [file] }),
    isPrivate: false,
    infoBytes: new Uint8Array(),
  };
}

/** The handshake of the peer with this number. */
export function testHandshake(number: number, features: Partial<Handshake> = {}): Handshake {
  return {
    infoHash: infoHash(new Uint8Array(20).fill(7)),
    peerId: peerId(new Uint8Array(20).fill(number)),
    supportsFast: true,
    supportsExtensions: true,
    supportsDht: false,
    supportsV2: false,
    ...features,
  };
}

/** A machine, the time, and what it did. Random is always the middle, unless a test says otherwise. */
export class TestSwarm {
  readonly machine: SwarmMachine;
  readonly info: Info;
  nowMs = 1_000;
  /** Every effect so far. */
  readonly log: SwarmEffect[] = [];

  /** A machine that knows the metadata unless told otherwise; its own peer id is that of number 200. */
  constructor(
    options: {
      readonly info?: Info;
      readonly verified?: Iterable<number>;
      readonly hasMetadata?: boolean;
      readonly hasLayers?: boolean;
      readonly settings?: Partial<SwarmSettings>;
      readonly random?: () => number;
    } = {},
  ) {
    this.info = options.info ?? testInfo(8);
    // A long first queue shows at one look in which order things are asked for.
    const settings = { ...defaultSwarmSettings, startRequests: 32, ...options.settings };
    const { random = () => 0.5 } = options;
    this.machine = new SwarmMachine({ random, settings, ownPeerId: testHandshake(200).peerId });
    if (options.hasMetadata === false) return;
    const verified = new Bitfield(this.info.geometry.pieceCount);
    for (const piece of options.verified ?? []) verified.set(piece);
    this.handle({ type: "metadata-known", info: this.info, verified, hasLayers: options.hasLayers ?? true });
  }

  /** Gives the machine an event. */
  handle(event: SwarmEvent): readonly SwarmEffect[] {
    const effects = this.machine.handle(event, this.nowMs);
    this.log.push(...effects);
    return effects;
  }

  /** Lets time pass in ticks of a tenth of a second; gives everything done meanwhile. */
  pass(durationMs: number): readonly SwarmEffect[] {
    const effects: SwarmEffect[] = [];
    for (const endMs = this.nowMs + durationMs; this.nowMs < endMs;) {
      this.nowMs = Math.min(endMs, this.nowMs + 100);
      effects.push(...this.handle({ type: "tick" }));
    }
    return effects;
  }

  /** A peer connects, from an address of its own number. */
  connect(
    peer: PeerKey,
    options: { readonly features?: Partial<Handshake>; readonly isOutgoing?: boolean } = {},
  ): readonly SwarmEffect[] {
    return this.handle({
      type: "peer-connected",
      peer,
      endpoint: { host: `10.0.0.${peer}`, port: 6_881 },
      isOutgoing: options.isOutgoing ?? true,
      handshake: testHandshake(peer, options.features),
    });
  }

  /** A peer with everything connects and unchokes us. */
  connectSeeder(peer: PeerKey, features: Partial<Handshake> = {}): readonly SwarmEffect[] {
    return [
      ...this.connect(peer, { features }),
      ...this.say(peer, { type: "have-all" }),
      ...this.say(peer, { type: "unchoke" }),
    ];
  }

  /** A peer says something. */
  say(peer: PeerKey, message: ControlMessage): readonly SwarmEffect[] {
    return this.handle({ type: "message-received", peer, message });
  }

  /** A peer sends a block. */
  send(peer: PeerKey, block: Block): readonly SwarmEffect[] {
    return this.handle({ type: "block-received", peer, block });
  }

  /** The block at an index of a piece. */
  block(piece: number, blockIndex: number): Block {
    return this.info.geometry.block(piece, blockIndex);
  }
}

/** The blocks that a peer was asked for by these effects. */
export function requestsTo(peer: PeerKey, effects: readonly SwarmEffect[]): readonly Block[] {
  return effects.flatMap((effect) => effect.type === "request" && effect.peer === peer ? effect.blocks : []);
}

/** The messages sent to a peer by these effects. */
export function messagesTo(peer: PeerKey, effects: readonly SwarmEffect[]): readonly ControlMessage[] {
  return effects.flatMap((effect) => effect.type === "send" && effect.peer === peer ? [effect.message] : []);
}
