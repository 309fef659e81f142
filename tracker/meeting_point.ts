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
import type { Info, Metainfo } from "../shared/metainfo.ts";
import type { ScrapeEntry } from "../shared/wire/announce.ts";
import { reachOf } from "./address_words.ts";
import { type AnnounceDesk, MAX_FULL_SCRAPE, type Transport } from "./announce_desk.ts";
import type { AnnounceAnswer } from "./announce_answer.ts";
import { type AnnounceRecord, peerIdOf } from "./announce_record.ts";
import type { Catalogue } from "./catalogue.ts";
import type { TorrentClaim } from "./torrent_description.ts";
import { StoreFullError } from "./catalogue_store.ts";
import type { Gatekeeper } from "./gatekeeper.ts";
import { HostTexts } from "./host_texts.ts";
import type { MembershipName, MembershipRecord } from "./membership_record.ts";
import type { NamedClient } from "./named_client.ts";
import type { Refusal, RefusalCode } from "./refusal.ts";
import { RequestCounts } from "./request_counts.ts";
import type { AnnounceRequest, AnnounceResult } from "./announce_request.ts";
import type { ClientName } from "./swarm_registry.ts";
import type { Swarms } from "./swarms.ts";
import { areNear } from "./nearness.ts";
import type { Member } from "./swarm_views.ts";

const logger = getLogger(["playswarm", "tracker"]);

/** What asks for the metadata of torrents that nobody has described. */
export interface MetadataWanter {
  /** Ask for it soon. */
  want(infoHash: InfoHash): void;
  /** Somebody has put it: there is nothing to ask any more. */
  told(infoHash: InfoHash): void;
  /** Nobody is left to ask. */
  forget(infoHash: InfoHash): void;
}

/** What finds out which clients take connections from outside. */
export interface ReachWanter {
  /** A client announced from this very address that it listens on this port. */
  want(client: ClientName): void;
}

/** What a {@link MeetingPoint} is made of. */
export interface MeetingPointOptions {
  readonly gate: Gatekeeper;
  readonly swarms: Swarms;
  readonly catalogue: Catalogue;
  readonly metadata: MetadataWanter;
  readonly reach: ReachWanter;
  /** Milliseconds on a clock that does not jump: leases. */
  readonly now: () => number;
  /** Milliseconds since 1970: what is remembered over restarts. */
  readonly date: () => number;
  /** Called after every change of who is here or who has what. */
  readonly onChange: () => void;
  /** Called for every torrent that was not known. */
  readonly onTorrent?: (infoHash: InfoHash) => void;
}

/** Members thought of when metadata are wanted: more are not asked before others have come and gone. */
const MAX_CANDIDATES = 100;

/** A torrent that a list keeps out. */
export class TorrentDeniedError extends Error {
  override readonly name = "TorrentDeniedError";

  /** `infoHash` is the torrent's name here. */
  constructor(infoHash: InfoHash) {
    super(`Cannot keep ${infoHash}: this tracker does not serve it`);
  }
}

/** Swarms, catalogue and what connects them. */
export class MeetingPoint implements AnnounceDesk {
  readonly #options: MeetingPointOptions;
  /** Requests answered and refused since the start. */
  readonly requestCounts: RequestCounts = new RequestCounts();
  readonly #hosts = new HostTexts();

  /** Nobody is here yet; which names are one torrent's is remembered. */
  constructor(options: MeetingPointOptions) {
    this.#options = options;
    for (const { infoHash, infoHashV2 } of options.catalogue.hybrids()) {
      options.swarms.alias(truncateInfoHash(infoHashV2), infoHash);
    }
  }

  /** Why nothing is answered to this address now. */
  admit(host: string, transport: Transport): Refusal | undefined {
    const { gate, now } = this.#options;
    const refusal = gate.refuse(host, now());
    if (refusal !== undefined) this.countRefused(transport, refusal.code);
    return refusal;
  }

  /** Registers, renews or removes a client, gives it peers, and keeps the catalogue true. */
  announce(request: AnnounceRequest, transport: Transport): AnnounceResult {
    const { gate, swarms, reach, now, onChange } = this.#options;
    const nowMs = now();
    const refusal = gate.refuse(request.host, nowMs) ?? this.#refuseTorrent(request.announce.infoHash);
    const result: AnnounceResult = refusal === undefined
      ? swarms.announce(request, nowMs)
      : { type: "refused", refusal };
    if (result.type === "refused") {
      this.countRefused(transport, result.refusal.code);
      return result;
    }
    this.requestCounts.announces[transport]++;
    for (const infoHash of result.changed) this.#refresh(infoHash);
    // Who is new somewhere may be new altogether. The probe knows whom it has tried.
    const { event, port, peerId } = request.announce;
    if (result.changed.length > 0 && event !== "stopped") reach.want({ peerId, host: request.host, port });
    onChange();
    return result;
  }

  /** The same in place. */
  announceRecord(record: AnnounceRecord, answer: AnnounceAnswer): void {
    const { swarms, reach, onChange } = this.#options;
    const { transport } = record;
    answer.refusal = this.#refuseRecord(record);
    if (answer.refusal === undefined) swarms.announceRecord(record, answer);
    if (answer.refusal !== undefined) return this.countRefused(transport, answer.refusal.code);
    this.requestCounts.announces[transport]++;
    for (const infoHash of answer.changed) this.#refresh(infoHash);
    const isNew = answer.changed.length > 0 && record.event !== "stopped";
    if (isNew && reachOf(record.source) === "public") {
      const host = this.#hosts.textOf(record.source);
      reach.want({ peerId: peerIdOf(record.peerId), host, port: record.port });
    }
    onChange();
  }

  /** Sizes of these swarms. */
  scrape(infoHashes: readonly InfoHash[], transport: Transport): readonly ScrapeEntry[] {
    this.requestCounts.scrapes[transport]++;
    return this.#options.swarms.scrape(infoHashes);
  }

  /** Sizes of the first swarms. */
  scrapeAll(transport: Transport): readonly ScrapeEntry[] {
    this.requestCounts.scrapes[transport]++;
    const entries: ScrapeEntry[] = [];
    for (const { infoHash, counts } of this.#options.swarms.swarms()) {
      if (entries.length >= MAX_FULL_SCRAPE) break;
      entries.push({ infoHash, ...counts });
    }
    return entries;
  }

  /** Counts a request that was turned away before it came here. */
  countRefused(transport: Transport, code: RefusalCode): void {
    this.requestCounts.refusals[transport][code]++;
  }

  /** The lists changed: whoever and whatever is not let in any more goes at once. */
  evict(): void {
    const { gate, swarms, onChange } = this.#options;
    const changed = swarms.removeWhere((client, infoHash) =>
      (gate.refuseAddress(client.host) ?? this.#refuseTorrent(infoHash)) !== undefined
    );
    for (const infoHash of changed) this.#refresh(infoHash);
    if (changed.size > 0) onChange();
  }

  /**
   * Keeps a verified torrent; its row appears as soon as somebody has data of it.
   *
   * @returns whether it was unknown
   * @throws {StoreFullError} when there is no room
   * @throws {TorrentDeniedError} when a list says that it is not tracked
   */
  putTorrent(metainfo: Metainfo, claim: TorrentClaim = {}): boolean {
    const { catalogue, swarms, date, onChange } = this.#options;
    const { infoHash } = metainfo.info;
    if (infoHashesOf(metainfo.info).some((name) => this.#refuseTorrent(name))) throw new TorrentDeniedError(infoHash);
    const isNew = catalogue.put(metainfo, { ...claim, nowMs: date() });
    for (const name of infoHashesOf(metainfo.info)) {
      this.#noteKnown(name);
      swarms.alias(name, infoHash);
    }
    this.#refresh(infoHash);
    onChange();
    if (isNew) this.#options.onTorrent?.(infoHash);
    return isNew;
  }

  /** Keeps what a client told of its torrent (BEP 9), verified against the info-hash. */
  takeInfo(info: Info): void {
    try {
      this.putTorrent({ info, pieceLayers: new Map(), trackers: [] });
    } catch (error) {
      if (!(error instanceof StoreFullError || error instanceof TorrentDeniedError)) throw error;
      logger.warn("{message}", { message: error.message });
    }
  }

  /** Who may be asked for a torrent's metadata: seeders first, then those who lack least. */
  candidates(infoHash: InfoHash): readonly Endpoint[] {
    const members = [...this.#options.swarms.swarm(infoHash)?.members().take(MAX_CANDIDATES) ?? []];
    return members.sort((a, b) => a.leftBytes - b.leftBytes).map(({ client }) => ({
      host: client.host,
      port: client.port,
    }));
  }

  /** Whether somebody on the network of this host has data of a torrent. */
  hasNear(infoHash: InfoHash, host: string): boolean {
    const { swarms, catalogue } = this.#options;
    const sizeBytes = catalogue.heldTorrent(infoHash)?.sizeBytes ?? 0;
    const isNear = ({ client, leftBytes }: Member) =>
      (leftBytes === 0 || leftBytes < sizeBytes) && areNear(client.host, host);
    return swarms.swarm(infoHash)?.members().some(isNear) ?? false;
  }

  /** Takes in a member that was known elsewhere or before: from a snapshot or another tracker. */
  restoreMember(member: MembershipRecord): void {
    const { swarms, now } = this.#options;
    this.#refreshAll(swarms.copy.restore(member, now()));
  }

  /** Takes out a member that left elsewhere. */
  removeMember(member: MembershipName): void {
    this.#refreshAll(this.#options.swarms.copy.remove(member));
  }

  /** Notes what a client is called by its owner; gives whether there is such a client. */
  takeName(client: NamedClient): boolean {
    const isKnown = this.#options.swarms.copy.takeName(client);
    if (isKnown) this.#options.onChange();
    return isKnown;
  }

  /** Takes over a client's name that was given elsewhere or before. */
  restoreName(client: NamedClient): void {
    if (this.#options.swarms.copy.restoreName(client)) this.#options.onChange();
  }

  #refreshAll(changed: readonly InfoHash[]): void {
    for (const infoHash of changed) this.#refresh(infoHash);
    if (changed.length > 0) this.#options.onChange();
  }

  /** Drops whoever was not heard of for a lease, of so many members. */
  sweep(limit: number): void {
    const { swarms, now, onChange } = this.#options;
    const changed = swarms.sweep(now(), limit);
    for (const infoHash of changed) this.#refresh(infoHash);
    if (changed.size > 0) onChange();
  }

  /** Notes what is held now, and forgets what nobody has had for a week. */
  forgetOld(): void {
    const { catalogue, swarms, date } = this.#options;
    for (const { infoHash } of catalogue.forget(date())) swarms.removeAliases(infoHash);
  }

  #refuseRecord(record: AnnounceRecord): Refusal | undefined {
    const { gate } = this.#options;
    if (reachOf(record.source) !== "loopback") {
      const refusal = gate.refuse(this.#hosts.textOf(record.source), record.nowMs);
      if (refusal !== undefined) return refusal;
    }
    return gate.namesTorrents ? this.#refuseTorrent(record.infoHashText) : undefined;
  }

  /** A list may name a hybrid by either of its names. */
  #refuseTorrent(infoHash: InfoHash): Refusal | undefined {
    const { gate, swarms } = this.#options;
    return gate.refuseTorrent(infoHash, swarms.canonical(infoHash));
  }

  /** Brings a torrent's row to what its swarm is now. */
  #refresh(infoHash: InfoHash): void {
    const { swarms, catalogue, metadata } = this.#options;
    const swarm = swarms.swarm(infoHash);
    if (swarm === undefined) {
      metadata.forget(infoHash);
      catalogue.hold(infoHash, undefined);
      return;
    }
    const torrent = catalogue.heldTorrent(infoHash) ?? (swarm.isUndescribed ? undefined : this.#find(infoHash));
    if (torrent === undefined) metadata.want(infoHash);
    else catalogue.hold(infoHash, swarm.hasData(torrent.sizeBytes) ? swarm.counts : undefined);
  }

  /** What was not found once is noted, as every further look at the database would be for nothing. */
  #find(infoHash: InfoHash): { readonly sizeBytes: number } | undefined {
    const { swarms, catalogue } = this.#options;
    const torrent = catalogue.find(infoHash);
    if (torrent === undefined) swarms.setUndescribed(infoHash, true);
    return torrent;
  }

  #noteKnown(infoHash: InfoHash): void {
    this.#options.swarms.setUndescribed(infoHash, false);
    this.#options.metadata.told(infoHash);
  }
}
