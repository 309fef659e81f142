/**
 * What the tracker's dashboard shows, made from swarms and catalogue.
 *
 * @module
 */
import type { ClientFileView, ClientView, SwarmView } from "../shared/dashboard_views.ts";
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

/** The programs with the files of each, those first that came first. */
export function clientViews(source: ViewSource, limits: ViewLimits = {}): readonly ClientView[] {
  const { maxCount = Infinity, maxFiles = Infinity } = limits;
  const programs = new Map<string, TrackedClient[]>();
  for (const client of source.swarms.clients()) {
    const known = programs.get(client.programKey);
    if (known !== undefined) known.push(client);
    else if (programs.size < maxCount) programs.set(client.programKey, [client]);
  }
  return Array.from(programs.values(), (clients) => programView(clients, source, maxFiles));
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

/** One program, which may have several peer ids. */
function programView(clients: readonly TrackedClient[], source: ViewSource, maxFiles: number): ClientView {
  const [first] = clients;
  if (first === undefined) throw new TypeError("Cannot show a program without a client");
  const memberships = clients.flatMap((client) => [...client.memberships]);
  const sum = (read: (client: TrackedClient) => number) => clients.reduce((total, client) => total + read(client), 0);
  const seenAtMs = clients.reduce((latest, client) => Math.max(latest, client.seenAtMs), 0);
  return {
    peerId: first.peerId,
    client: clientName(first.peerId),
    endpoint: first.endpointKey,
    ...(first.isReachable === undefined ? {} : { isReachable: first.isReachable }),
    seenAtMs: Math.round(seenAtMs + source.clockOffsetMs),
    uploadedBytes: sum((client) => client.uploadedBytes),
    downloadedBytes: sum((client) => client.downloadedBytes),
    fileCount: memberships.length,
    files: memberships.slice(0, Math.min(maxFiles, memberships.length)).map(([infoHash, member]) =>
      fileView(infoHash, member, source.catalogue)
    ),
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
