/**
 * Every page of both dashboards, of a small community in which something goes on: for the tests that look at them all.
 *
 * @module
 */
import { Community, type Dashboard, type PeerProgram } from "./community.ts";

/** A page of a dashboard. */
export interface SitePage {
  readonly name: string;
  readonly url: string;
}

/** The pages, and whose they are. */
export interface Site {
  readonly community: Community;
  readonly peer: PeerProgram;
  readonly pages: readonly SitePage[];
}

/** Starts a community in which a film is shared, one is being fetched, and the tracker has a library. */
export async function openSite(scope: AsyncDisposableStack): Promise<Site> {
  const community = scope.use(await Community.start());
  const [share, films, library] = await Promise.all([
    community.media("own", ["tide.mp4"]),
    community.media("films", ["aurora.mp4", "meadow.webm"]),
    community.media("library", ["orbit.mkv", "chime.mp3"]),
  ]);
  await community.tracker.send("POST", "/api/shares", { path: library });
  const [peer] = await Promise.all([
    community.peer({ share, args: ["--mode", "video"] }),
    community.peer({ share: films, args: ["--mode", "video", "--upload-rate", "20"] }),
  ]);
  const { infoHash } = await peer.rowWithSeeders("aurora.mp4", 1);
  await peer.send("POST", "/api/torrents", { source: infoHash });
  const { infoHash: shared } = await peer.row("tide.mp4");
  const { infoHash: held } = await peer.row("orbit.mkv");
  const pages = [
    ...pagesOf(peer, "peer", peerPaths(infoHash, shared)),
    ...pagesOf(community.tracker, "tracker", trackerPaths(held)),
  ];
  return { community, peer, pages };
}

/** Paths of the peer's pages, of a torrent and a film to play. */
export function peerPaths(infoHash: string, playable: string): readonly string[] {
  return ["", "downloads", "sharing", "settings", `torrent/${infoHash}`, `play/${playable}/0`, "nowhere"];
}

/** Paths of the tracker's pages, of a film to play. */
export function trackerPaths(playable: string): readonly string[] {
  return ["", "clients", "swarms", "library", "catalogue", `play/${playable}/0`, "nowhere"];
}

/** Pages by their paths. */
function pagesOf(dashboard: Dashboard, program: string, paths: readonly string[]): readonly SitePage[] {
  return paths.map((path) => ({
    name: `${program}/${path.replace(/[0-9a-f]{40}.*/, "…")}`,
    url: `${dashboard.url}/${path}`,
  }));
}
