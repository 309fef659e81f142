/**
 * What the tracker's dashboard shows, made from swarms and catalogue.
 *
 * @module
 */
import type { ClientFileView, ClientView, SwarmView } from "../shared/tracker_dashboard_views.ts";
import { formatEndpoint } from "../shared/endpoint.ts";
import { clientName } from "../shared/ids.ts";
import type { Catalogue } from "./catalogue.ts";
import { reachOfHost } from "./nearness.ts";
import type { Member, Swarm, TrackedClient } from "./swarm_views.ts";
import type { Swarms } from "./swarms.ts";

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

/** The programs with the files of each. */
export function clientViews(source: ViewSource, limits: ViewLimits = {}): readonly ClientView[] {
  const { maxCount = Infinity, maxFiles = Infinity } = limits;
  const views: ClientView[] = [];
  for (const clients of source.swarms.programs()) {
    if (views.length >= maxCount) break;
    views.push(programView(clients, source, maxFiles));
  }
  return views;
}

/** The swarms, the largest first. */
export function swarmViews(source: ViewSource, limits: ViewLimits = {}): readonly SwarmView[] {
  const { maxCount = Infinity } = limits;
  const swarms = [...source.swarms.swarms()].sort((a, b) => b.size - a.size);
  return swarms.slice(0, Math.min(maxCount, swarms.length)).map((swarm) => {
    const torrent = source.catalogue.heldTorrent(swarm.infoHash);
    const { seederCount, leecherCount, completedCount } = swarm.counts;
    const counts = { seederCount, leecherCount, completedCount };
    if (torrent === undefined) return { infoHash: swarm.infoHash, ...counts };
    const { name, kind, sizeBytes } = torrent;
    return { infoHash: swarm.infoHash, name, kind, sizeBytes, ...counts, ...healthOf(swarm, sizeBytes) };
  });
}

function healthOf(swarm: Swarm, sizeBytes: number): Required<Pick<SwarmView, "leftBytes" | "copyCount">> {
  const leftBytes = swarm.leftBytes(sizeBytes);
  // In hundredths: the dashboard is not told of every block that somebody received.
  const copyCount = sizeBytes === 0 ? swarm.size : Math.round((swarm.size - leftBytes / sizeBytes) * 100) / 100;
  return { leftBytes, copyCount };
}

/** One program, which may have several peer ids. */
function programView(clients: readonly TrackedClient[], source: ViewSource, maxFiles: number): ClientView {
  const [first] = clients;
  if (first === undefined) throw new TypeError("Cannot show a program without a client");
  const fileCount = clients.reduce((total, client) => total + client.membershipCount, 0);
  const sum = (read: (client: TrackedClient) => number) => clients.reduce((total, client) => total + read(client), 0);
  const { seenAtMs, contact, displayName } = clients.reduce((a, b) => b.seenAtMs > a.seenAtMs ? b : a);
  return {
    peerId: first.peerId,
    client: clientName(first.peerId),
    endpoint: formatEndpoint(first),
    ...(displayName === undefined ? {} : { name: displayName }),
    ...(contact === undefined ? {} : { transport: contact.transport, ipVersion: contact.family }),
    ...(first.isReachable === undefined ? {} : { isReachable: first.isReachable }),
    reach: reachOfHost(first.host),
    seenAtMs: Math.round(seenAtMs + source.clockOffsetMs),
    uploadedBytes: sum((client) => client.uploadedBytes),
    downloadedBytes: sum((client) => client.downloadedBytes),
    fileCount,
    files: filesOf(clients, source.catalogue).take(Math.min(maxFiles, fileCount)).toArray(),
  };
}

function* filesOf(clients: readonly TrackedClient[], catalogue: Catalogue): Generator<ClientFileView> {
  for (const client of clients) {
    for (const member of client.memberships()) yield fileView(member, catalogue);
  }
}

function fileView(member: Member, catalogue: Catalogue): ClientFileView {
  const { infoHash } = member;
  const isSeeder = member.leftBytes === 0;
  const torrent = catalogue.heldTorrent(infoHash);
  // A torrent that nobody has described is shown by its info-hash.
  if (torrent === undefined) {
    return { infoHash, name: infoHash, sizeBytes: 0, kind: "other", isSeeder, leftBytes: 0 };
  }
  const { name, sizeBytes, kind } = torrent;
  return { infoHash, name, sizeBytes, kind, isSeeder, leftBytes: Math.min(member.leftBytes, sizeBytes) };
}
