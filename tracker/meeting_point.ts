/**
 * The tracker's one state owner: announces change the swarms, swarms and verified torrents make the catalogue, and what
 * nobody has described is asked for. Everything here is synchronous; sockets and timers are around it.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Endpoint } from "../shared/endpoint.ts";
import { type InfoHash, truncateInfoHash } from "../shared/ids.ts";
import { infoHashesOf } from "../shared/info_hashes.ts";
import type { MediaKind } from "../shared/media_kind.ts";
import type { Info, Metainfo } from "../shared/metainfo.ts";
import type { ScrapeEntry } from "../shared/wire/announce.ts";
import type { AnnounceDesk, Transport } from "./announce_desk.ts";
import type { Catalogue } from "./catalogue.ts";
import { StoreFullError } from "./catalogue_store.ts";
import type { AnnounceRequest, AnnounceResult, Swarms } from "./swarms.ts";

const logger = getLogger(["playswarm", "tracker"]);

/** What asks for the metadata of torrents that nobody has described. */
export interface MetadataWanter {
  /** Ask for it soon. */
  want(infoHash: InfoHash): void;
  /** It is known, or nobody is left to ask. */
  forget(infoHash: InfoHash): void;
}

/** What a {@link MeetingPoint} is made of. */
export interface MeetingPointOptions {
  readonly swarms: Swarms;
  readonly catalogue: Catalogue;
  readonly metadata: MetadataWanter;
  /** Milliseconds on a clock that does not jump: leases. */
  readonly now: () => number;
  /** Milliseconds since 1970: what is remembered over restarts. */
  readonly date: () => number;
  /** Called after every change of who is here or who has what. */
  readonly onChange: () => void;
}

/** Requests answered and refused since the start. */
export interface RequestCounts {
  readonly announces: Readonly<Record<Transport, number>>;
  readonly scrapes: Readonly<Record<Transport, number>>;
  readonly refusals: Readonly<Record<Transport, number>>;
}

/** Swarms, catalogue and what connects them. */
export class MeetingPoint implements AnnounceDesk {
  readonly #options: MeetingPointOptions;
  readonly #announces = { udp: 0, http: 0 };
  readonly #scrapes = { udp: 0, http: 0 };
  readonly #refusals = { udp: 0, http: 0 };
  /** Torrents with a swarm that are in no memory of ours: a look at the database would be for nothing. */
  readonly #unknown = new Set<InfoHash>();

  /** Nobody is here yet; which names are one torrent's is remembered. */
  constructor(options: MeetingPointOptions) {
    this.#options = options;
    for (const { infoHash, infoHashV2 } of options.catalogue.hybrids()) {
      options.swarms.alias(truncateInfoHash(infoHashV2), infoHash);
    }
  }

  /** Requests answered and refused since the start. */
  get requestCounts(): RequestCounts {
    return { announces: this.#announces, scrapes: this.#scrapes, refusals: this.#refusals };
  }

  /** Registers, renews or removes a client, gives it peers, and keeps the catalogue true. */
  announce(request: AnnounceRequest, transport: Transport): AnnounceResult {
    const { swarms, now, onChange } = this.#options;
    const result = swarms.announce(request, now());
    if (result.type === "refused") {
      this.#refusals[transport]++;
      return result;
    }
    this.#announces[transport]++;
    for (const infoHash of result.changed) this.#refresh(infoHash);
    onChange();
    return result;
  }

  /** Sizes of these swarms. */
  scrape(infoHashes: readonly InfoHash[], transport: Transport): readonly ScrapeEntry[] {
    this.#scrapes[transport]++;
    return this.#options.swarms.scrape(infoHashes);
  }

  /** Counts a request that was turned away before it came here. */
  countRefused(transport: Transport): void {
    this.#refusals[transport]++;
  }

  /**
   * Keeps a verified torrent; its row appears as soon as somebody has data of it.
   *
   * @returns whether it was unknown
   * @throws {StoreFullError} when there is no room
   */
  putTorrent(metainfo: Metainfo, kind: MediaKind | undefined): boolean {
    const { catalogue, swarms, date, onChange } = this.#options;
    const { infoHash } = metainfo.info;
    const isNew = catalogue.put(metainfo, { nowMs: date(), ...(kind === undefined ? {} : { kind }) });
    for (const name of infoHashesOf(metainfo.info)) {
      this.#noteKnown(name);
      swarms.alias(name, infoHash);
    }
    this.#refresh(infoHash);
    onChange();
    return isNew;
  }

  /** Keeps what a client told of its torrent (BEP 9), verified against the info-hash. */
  takeInfo(info: Info): void {
    try {
      this.putTorrent({ info, pieceLayers: new Map(), trackers: [] }, undefined);
    } catch (error) {
      if (!(error instanceof StoreFullError)) throw error;
      logger.warn("{message}", { message: error.message });
    }
  }

  /** Who may be asked for a torrent's metadata: seeders first, then those who lack least. */
  candidates(infoHash: InfoHash): readonly Endpoint[] {
    const members = this.#options.swarms.swarm(infoHash)?.members ?? [];
    return members.toSorted((a, b) => a.leftBytes - b.leftBytes).map(({ client }) => ({
      host: client.place.host,
      port: client.port,
    }));
  }

  /** Drops whoever was not heard of for a lease. */
  sweep(): void {
    const { swarms, now, onChange } = this.#options;
    const changed = swarms.sweep(now());
    for (const infoHash of changed) this.#refresh(infoHash);
    if (changed.size > 0) onChange();
  }

  /** Notes what is held now, and forgets what nobody has had for a week. */
  forgetOld(): void {
    const { catalogue, swarms, date } = this.#options;
    for (const { infoHash } of catalogue.forget(date())) swarms.removeAliases(infoHash);
  }

  /** Brings a torrent's row to what its swarm is now. */
  #refresh(infoHash: InfoHash): void {
    const { swarms, catalogue, metadata } = this.#options;
    const swarm = swarms.swarm(infoHash);
    const torrent = catalogue.heldTorrent(infoHash) ?? this.#find(infoHash);
    if (torrent === undefined) {
      if (swarm !== undefined) metadata.want(infoHash);
      else this.#noteKnown(infoHash);
    } else {
      catalogue.hold(infoHash, swarm?.hasData(torrent.sizeBytes) === true ? swarm.counts : undefined);
    }
  }

  #find(infoHash: InfoHash): { readonly sizeBytes: number } | undefined {
    if (this.#unknown.has(infoHash)) return undefined;
    const torrent = this.#options.catalogue.find(infoHash);
    if (torrent === undefined) this.#unknown.add(infoHash);
    return torrent;
  }

  #noteKnown(infoHash: InfoHash): void {
    this.#unknown.delete(infoHash);
    this.#options.metadata.forget(infoHash);
  }
}
