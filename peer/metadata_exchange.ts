/**
 * The info dictionary between peers (BEP 9): fetched through the metadata machine while we lack it, given to whoever
 * asks once we have it.
 *
 * @module
 */
import { assertNever } from "../shared/assert_never.ts";
import { type InfoHash, type InfoHashV2, truncateInfoHash } from "../shared/ids.ts";
import { decodeInfo, type Info } from "../shared/metainfo.ts";
import { MetainfoSyntaxError } from "../shared/metainfo_fields.ts";
import { METADATA_PIECE_LENGTH, type MetadataMessage } from "../shared/wire/metadata_message.ts";
import { type MetadataEffect, MetadataMachine } from "./swarm/metadata.ts";
import type { PeerKey } from "./swarm/swarm_event.ts";

/**
 * How often one peer is given the whole dictionary: once is needed, a lost connection comes as another peer, and one that
 * asks again and again only has us send (BEP 9 "flood protection").
 */
const MAX_COPIES = 4;

/** How to make a {@link MetadataExchange}. */
export interface MetadataExchangeOptions {
  readonly infoHash: InfoHash;
  readonly infoHashV2?: InfoHashV2;
  readonly send: (peer: PeerKey, message: MetadataMessage) => void;
  /** The info dictionary came, and is the one of the info-hash. */
  readonly onInfo: (info: Info) => void;
  /** This peer alone sent something else. */
  readonly onLiar: (peer: PeerKey, reason: string) => void;
}

/** One torrent's exchange of metadata. */
export class MetadataExchange {
  readonly #options: MetadataExchangeOptions;
  readonly #machine = new MetadataMachine();
  /** Pieces given, by peer. */
  readonly #given = new Map<PeerKey, number>();
  #info: Info | undefined;

  /** Asks nobody before the first {@link offer}. */
  constructor(options: MetadataExchangeOptions) {
    this.#options = options;
  }

  /** The metadata are known: nothing is fetched any more, and whoever asks is answered. */
  provide(info: Info): void {
    this.#info = info;
  }

  /** A peer says that it has metadata of this length. */
  offer(peer: PeerKey, options: { readonly metadataLength: number | undefined; readonly now: number }): void {
    if (options.metadataLength === undefined) return;
    this.#handle({ type: "metadata-offered", peer, length: options.metadataLength }, options.now);
  }

  /** A message about metadata came. */
  receive(peer: PeerKey, options: { readonly message: MetadataMessage; readonly now: number }): void {
    const { message, now } = options;
    switch (message.type) {
      case "request":
        return this.#options.send(peer, this.#answer(peer, message.piece));
      case "data": {
        const { piece, totalLength, data } = message;
        return this.#handle({ type: "metadata-received", peer, piece, totalLength, data }, now);
      }
      case "reject":
        return this.#handle({ type: "metadata-rejected", peer, piece: message.piece }, now);
      case "unknown":
        return;
      default:
        assertNever(message);
    }
  }

  /** A peer is gone. */
  forget(peer: PeerKey, options: { readonly now: number }): void {
    this.#given.delete(peer);
    this.#handle({ type: "peer-disconnected", peer }, options.now);
  }

  /** Time passed. */
  tick(now: number): void {
    this.#handle({ type: "tick" }, now);
  }

  #handle(event: Parameters<MetadataMachine["handle"]>[0], now: number): void {
    if (this.#info !== undefined) return;
    for (const effect of this.#machine.handle(event, now)) this.#carryOut(effect, now);
  }

  #carryOut(effect: MetadataEffect, now: number): void {
    switch (effect.type) {
      case "request-metadata":
        return this.#options.send(effect.peer, { type: "request", piece: effect.piece });
      case "metadata-complete":
        return this.#judge(effect.bytes, now);
      case "metadata-liar":
        return this.#options.onLiar(effect.peer, effect.reason);
      default:
        assertNever(effect);
    }
  }

  /** Believes the bytes only if they have the info-hash that was asked for. */
  #judge(bytes: Uint8Array, now: number): void {
    const info = decoded(bytes);
    if (info === undefined || !this.#isAskedFor(info)) return this.#handle({ type: "metadata-wrong" }, now);
    this.#info = info;
    this.#options.onInfo(info);
  }

  #isAskedFor(info: Info): boolean {
    const { infoHash, infoHashV2 } = this.#options;
    if (infoHashV2 !== undefined && info.infoHashV2 !== infoHashV2) return false;
    const isV2 = info.infoHashV2 !== undefined && truncateInfoHash(info.infoHashV2) === infoHash;
    return info.infoHash === infoHash || isV2;
  }

  #answer(peer: PeerKey, piece: number): MetadataMessage {
    const bytes = this.#info?.infoBytes;
    const start = piece * METADATA_PIECE_LENGTH;
    if (bytes === undefined || start >= bytes.length) return { type: "reject", piece };
    const givenCount = this.#given.get(peer) ?? 0;
    if (givenCount >= MAX_COPIES * Math.ceil(bytes.length / METADATA_PIECE_LENGTH)) return { type: "reject", piece };
    this.#given.set(peer, givenCount + 1);
    return {
      type: "data",
      piece,
      totalLength: bytes.length,
      data: bytes.subarray(start, start + METADATA_PIECE_LENGTH),
    };
  }
}

function decoded(bytes: Uint8Array): Info | undefined {
  try {
    return decodeInfo(bytes);
  } catch (error) {
    if (error instanceof MetainfoSyntaxError) return undefined;
    throw error;
  }
}
