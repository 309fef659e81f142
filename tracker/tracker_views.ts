/**
 * What the tracker's dashboard shows, made from swarms and catalogue.
 *
 * @module
 */
import type { ClientFileView, ClientView, SwarmView } from "../shared/dashboard_views.ts";
import { formatEndpoint } from "../shared/endpoint.ts";
import { clientName, type InfoHash } from "../shared/ids.ts";
import type { Catalogue } from "./catalogue.ts";
import type { Member } from "./swarm.ts";
import type { Swarms } from "./swarms.ts";
import type { TrackedClient } from "./tracked_client.ts";

/** How much of a large community is shown. */
export interface ViewLimits {
  /** Clients or swarms at most. */
  readonly maxCount?: number;
  /** Files of each client at most. */
  readonly maxFiles?: number;
}

/** What the views are made from. */
export interface ViewSource {
  readonly swarms: Swarms;
  readonly catalogue: Catalogue;
  /** What to add to a moment on the clock of leases to have one since 1970. */
  readonly clockOffsetMs: number;
}

/** The clients with the files of each, those first that came first. */
export function clientViews(source: ViewSource, limits: ViewLimits = {}): readonly ClientView[] {
  const { maxCount = Infinity, maxFiles = Infinity } = limits;
  const views: ClientView[] = [];
  for (const client of source.swarms.clients()) {
    if (views.length >= maxCount) break;
    views.push(clientView(client, source, maxFiles));
  }
  return views;
}

/** The swarms, the largest first. */
export function swarmViews(source: ViewSource, limits: ViewLimits = {}): readonly SwarmView[] {
  const { maxCount = Infinity } = limits;
  const swarms = [...source.swarms.swarms()].sort((a, b) => b.size - a.size);
  return swarms.slice(0, Math.min(maxCount, swarms.length)).map((swarm) => {
    const torrent = source.catalogue.heldTorrent(swarm.infoHash);
    const known = torrent === undefined ? {} : { name: torrent.name, kind: torrent.kind, sizeBytes: torrent.sizeBytes };
    return { infoHash: swarm.infoHash, ...known, ...swarm.counts };
  });
}

function clientView(client: TrackedClient, source: ViewSource, maxFiles: number): ClientView {
  const files: ClientFileView[] = [];
  for (const [infoHash, member] of client.memberships) {
    if (files.length >= maxFiles) break;
    files.push(fileView(infoHash, member, source.catalogue));
  }
  return {
    peerId: client.peerId,
    client: clientName(client.peerId),
    endpoint: formatEndpoint({ host: client.place.host, port: client.port }),
    seenAtMs: Math.round(client.seenAtMs + source.clockOffsetMs),
    uploadedBytes: client.uploadedBytes,
    downloadedBytes: client.downloadedBytes,
    fileCount: client.memberships.size,
    files,
  };
}

function fileView(infoHash: InfoHash, member: Member, catalogue: Catalogue): ClientFileView {
  const isSeeder = member.leftBytes === 0;
  const torrent = catalogue.heldTorrent(infoHash);
  // A torrent that nobody has described is shown by its info-hash.
  if (torrent === undefined) {
    return { infoHash, name: infoHash, sizeBytes: 0, kind: "other", isSeeder, leftBytes: 0 };
  }
  const { name, sizeBytes, kind } = torrent;
  return { infoHash, name, sizeBytes, kind, isSeeder, leftBytes: Math.min(member.leftBytes, sizeBytes) };
}
