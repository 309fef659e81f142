/**
 * One torrent's standing with one set of trackers that stand in for each other: which to ask next (BEP 12), what they
 * have been told, what they said. Pure: it decides nothing about when.
 * @module
 */

import { assertNever } from "../../shared/assert_never.ts";
import type { TrackerView } from "../../shared/dashboard_views.ts";
import type { Endpoint } from "../../shared/endpoint.ts";
import type { InfoHash, PeerId } from "../../shared/ids.ts";
import type { Announce, AnnounceEvent, AnnounceResponse, TrackerRefusal } from "../../shared/wire/announce.ts";
import { backOffMs } from "./tracker_health.ts";
import { authorityOf } from "./tracker_url.ts";

/** What a torrent says of itself when it is announced: bytes since it was started, and bytes it lacks. */
export interface AnnounceState {
  /** Bytes sent to peers. */
  readonly uploaded: number;
  /** Bytes received from peers. */
  readonly downloaded: number;
  /** Bytes it lacks; `UNKNOWN_LEFT` while only its magnet is known. */
  readonly left: number;
  /** It has all it wants, and wants not all: every announce says so (BEP 21). Default false. */
  readonly isPartialSeed?: boolean;
}

/** A torrent as the announcer sees it. */
export interface AnnouncedTorrent {
  /** Tiers of announce addresses (BEP 12): `udp://`, `http://`, `https://`. */
  readonly trackers: readonly (readonly string[])[];
  /** Asked right before each announce. */
  state(): AnnounceState;
  /** What a tracker gave, ourselves left out as far as it said who is who. */
  onPeers(peers: readonly Endpoint[]): void;
  /** Another tracker than before answered in the place of one that failed; its peers come after this. */
  onTrackerSwitched?(): void;
  /**
   * True: the first tier is our community's tracker, which renews a client's lease on all its swarms with any announce;
   * so this torrent is announced once and then kept by the others' announces, one an interval for all of them. For
   * torrents that nobody waits for. Read at each announce, so it may be a getter. Default false.
   */
  readonly leaseShared?: boolean;
  /**
   * "every-tier" (the default): each tier has one tracker that works, as in libtorrent and µTorrent, so that our
   * community's tracker in the first does not hide a torrent's own. "first-tier": BEP 12 to the letter, later tiers are
   * asked only when the earlier fail.
   */
  readonly announceTo?: "every-tier" | "first-tier";
}

/** Who announces: the same for all torrents. */
export interface AnnouncingClient {
  /** Ours. */
  readonly peerId: PeerId;
  /** The port on which peers reach us, 0 when none does. */
  readonly port: number;
  /** Tells us apart from others behind our address (BEP 7), 0 to 2³²−1. */
  readonly key: number;
}

/** How it stands with one address. */
type Standing =
  | { readonly type: "waiting" }
  | { readonly type: "announcing" }
  | { readonly type: "working"; readonly response: AnnounceResponse }
  | { readonly type: "failed"; readonly message: string };

const WAITING: Standing = { type: "waiting" };

/** A torrent and trackers of which one is enough. */
export class AnnounceGroup {
  /** Which torrent. */
  readonly infoHash: InfoHash;
  /** Its owner's side. */
  readonly torrent: AnnouncedTorrent;
  /** Whether the torrent's first tier is in it. */
  readonly isFirst: boolean;
  readonly #tiers: string[][];
  readonly #standings = new Map<string, Standing>();
  readonly #trackerIds = new Map<string, string>();
  readonly #refusedUntilMs = new Map<string, number>();
  #refusalCount = 0;
  /** The tracker that answered last, `host:port`; also when it has been told goodbye. */
  #answeredBy: string | undefined;
  /** Where we are known: the address and its `host:port`; undefined before "started" and after "stopped". */
  known: { readonly url: string; readonly authority: string } | undefined;
  /** "completed" has to be said. */
  owesCompleted = false;
  /** The address being asked now. */
  asking: string | undefined;
  /** It became due while it was being announced. */
  wantsAgain = false;
  /** Removed by its owner while it was being announced. */
  isRemoved = false;
  /** Before this it is not polite to announce again. */
  soonestAgainMs = 0;

  /** Shuffles each tier (BEP 12) by `random`, which gives numbers in [0, 1). */
  constructor(
    infoHash: InfoHash,
    options: {
      readonly torrent: AnnouncedTorrent;
      readonly tiers: readonly (readonly string[])[];
      readonly isFirst: boolean;
      readonly random: () => number;
    },
  ) {
    this.infoHash = infoHash;
    this.torrent = options.torrent;
    this.isFirst = options.isFirst;
    this.#tiers = options.tiers.map((tier) => shuffled(tier, options.random));
  }

  /** Whether it is kept by the client's lease once it has been announced. */
  get isLeaseShared(): boolean {
    return this.isFirst && (this.torrent.leaseShared ?? false) && !this.owesCompleted;
  }

  /** All addresses, in the order in which they are to be tried. */
  *urls(): Iterable<string> {
    for (const tier of this.#tiers) yield* tier;
  }

  /** What the announce to this tracker has to say. */
  eventFor(authority: string): AnnounceEvent {
    if (this.torrent.state().isPartialSeed === true) return "paused";
    if (this.known?.authority !== authority) return "started";
    return this.owesCompleted ? "completed" : undefined;
  }

  /** What is to be said to this tracker now. */
  announce(client: AnnouncingClient, { url, event }: { url: string; event: AnnounceEvent }): Announce {
    const { uploaded, downloaded, left } = this.torrent.state();
    const trackerId = this.#trackerIds.get(url);
    return {
      infoHash: this.infoHash,
      ...client,
      uploaded,
      downloaded,
      left,
      ...(event !== undefined && { event }),
      // Nobody waits for the peers of a torrent that is over, or only kept.
      ...((event === "stopped" || this.isLeaseShared) && { numWant: 0 }),
      ...(trackerId !== undefined && { trackerId }),
    };
  }

  /** Until when this tracker wants to hear nothing of this torrent. */
  refusedUntilMs(url: string): number {
    return this.#refusedUntilMs.get(url) ?? -Infinity;
  }

  /** It is being asked. */
  began(url: string): void {
    this.asking = url;
    this.#standings.set(url, { type: "announcing" });
  }

  /** It was not asked to the end: we are stopping. */
  abandoned(url: string): void {
    this.asking = undefined;
    this.#standings.set(url, WAITING);
  }

  /**
   * It answered: the next time it is the first of its tier (BEP 12). Gives the milliseconds until it wants to hear from
   * us again.
   */
  succeeded(
    url: string,
    { response, authority, event, nowMs }: {
      readonly response: AnnounceResponse;
      readonly authority: string;
      readonly event: AnnounceEvent;
      readonly nowMs: number;
    },
  ): number {
    this.asking = undefined;
    this.#refusalCount = 0;
    this.known = { url, authority };
    if (this.#answeredBy !== undefined && this.#answeredBy !== authority) this.torrent.onTrackerSwitched?.();
    this.#answeredBy = authority;
    this.#refusedUntilMs.delete(url);
    // "started" of a complete torrent says that it is complete; one that became so meanwhile says it once more.
    if (event === "completed") this.owesCompleted = false;
    // The peers are not for the view, and ten thousand torrents would keep them for nothing.
    this.#standings.set(url, { type: "working", response: { ...response, peers: [] } });
    if (response.trackerId !== undefined) this.#trackerIds.set(url, response.trackerId);
    for (const tier of this.#tiers) {
      const index = tier.indexOf(url);
      if (index > 0) tier.unshift(...tier.splice(index, 1));
    }
    const { intervalMs, soonestMs } = pausesOf(response);
    this.soonestAgainMs = nowMs + soonestMs;
    return intervalMs;
  }

  /** It said no to this torrent, and is not asked about it for a while (BEP 31). */
  refused(
    url: string,
    { error, nowMs, random }: { readonly error: TrackerRefusal; readonly nowMs: number; readonly random: () => number },
  ): void {
    this.#refusalCount += 1;
    const delayMs = error.retryInSeconds === undefined
      ? backOffMs(this.#refusalCount, random)
      : 1000 * Math.max(MIN_INTERVAL_SECONDS, error.retryInSeconds);
    this.#refusedUntilMs.set(url, nowMs + delayMs);
    this.failed(url, { message: error.reason });
  }

  /** It could not be asked. */
  failed(url: string, { message }: { readonly message: string }): void {
    this.asking = undefined;
    this.#standings.set(url, { type: "failed", message });
  }

  /** For the torrent's page; `nextAnnounceAtMs` belongs to the address that will be asked first. */
  views(nextAnnounceAtMs: number | undefined): readonly TrackerView[] {
    return [...this.urls()].map((url, index) => ({
      url,
      ...viewOf(this.#standings.get(url) ?? WAITING),
      ...(index === 0 && nextAnnounceAtMs !== undefined && { nextAnnounceAtMs }),
    }));
  }
}

/** One group a tier, or one for all, as the torrent says. */
export function announceGroups(
  infoHash: InfoHash,
  { torrent, random }: { readonly torrent: AnnouncedTorrent; readonly random: () => number },
): readonly AnnounceGroup[] {
  const tiers = torrent.trackers.filter((tier) => tier.length > 0);
  if (tiers.length === 0) return [];
  const sets = torrent.announceTo === "first-tier" ? [tiers] : tiers.map((tier) => [tier]);
  return sets.map((set, index) => new AnnounceGroup(infoHash, { torrent, tiers: set, isFirst: index === 0, random }));
}

/** When a tracker wants to hear from us again, and how soon it bears it when we are out of peers. */
function pausesOf(response: AnnounceResponse): { intervalMs: number; soonestMs: number } {
  const { intervalSeconds, minIntervalSeconds } = response;
  const intervalMs = 1000 *
    clamp(Math.max(intervalSeconds, minIntervalSeconds ?? 0), { min: MIN_INTERVAL_SECONDS, max: MAX_INTERVAL_SECONDS });
  const soonestMs = minIntervalSeconds === undefined
    ? clamp(intervalMs * SOON_SHARE, { min: MIN_SOON_MS, max: MAX_SOON_MS })
    : Math.min(1000 * minIntervalSeconds, intervalMs);
  return { intervalMs, soonestMs };
}

/** Of what trackers ask: tests use a second, no tracker should keep peers waiting for more than an hour. */
const MIN_INTERVAL_SECONDS = 1;
const MAX_INTERVAL_SECONDS = 3600;
/** Out of peers, a quarter of the interval is polite, unless the tracker says itself what is. */
const SOON_SHARE = 0.25;
const MIN_SOON_MS = 5000;
const MAX_SOON_MS = 60_000;

function clamp(value: number, { min, max }: { min: number; max: number }): number {
  return Math.min(max, Math.max(min, value));
}

function viewOf(standing: Standing): Omit<TrackerView, "url"> {
  switch (standing.type) {
    case "waiting":
    case "announcing":
      return { state: standing.type };
    case "working": {
      const { seederCount, leecherCount, warning } = standing.response;
      return { state: "working", seederCount, leecherCount, ...(warning !== undefined && { message: warning }) };
    }
    case "failed":
      return { state: "failed", message: standing.message };
    default:
      return assertNever(standing);
  }
}

/**
 * The tier in random order (BEP 12: the load is spread), but addresses of one and the same tracker stay together in the
 * order given: there the first is the better way (UDP), the next the fallback (HTTP).
 */
function shuffled(tier: readonly string[], random: () => number): string[] {
  const trackers = [...Map.groupBy(new Set(tier), authorityOf).values()];
  // Fisher and Yates.
  for (let last = trackers.length - 1; last > 0; last--) {
    const chosen = Math.floor(random() * (last + 1));
    const [a, b] = [trackers[last], trackers[chosen]];
    if (a !== undefined && b !== undefined) [trackers[last], trackers[chosen]] = [b, a];
  }
  return trackers.flat();
}
