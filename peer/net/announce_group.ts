/**
 * One torrent's standing with one set of trackers that stand in for each other: which to ask next (BEP 12), what they
 * have been told, what they said. Pure: it decides nothing about when.
 * @module
 */

import { assertNever } from "../../shared/assert_never.ts";
import type { TrackerView } from "../../shared/dashboard_views.ts";
import type { Endpoint } from "../../shared/endpoint.ts";
import type { InfoHash } from "../../shared/ids.ts";
import type { AnnounceEvent, AnnounceResponse } from "../../shared/wire/announce.ts";
import { authorityOf } from "./tracker_url.ts";

/** What a torrent says of itself when it is announced: bytes since it was started, and bytes it lacks. */
export interface AnnounceState {
  /** Bytes sent to peers. */
  readonly uploaded: number;
  /** Bytes received from peers. */
  readonly downloaded: number;
  /** Bytes it lacks; `UNKNOWN_LEFT` while only its magnet is known. */
  readonly left: number;
}

/** A torrent as the announcer sees it. */
export interface AnnouncedTorrent {
  /** Tiers of announce addresses (BEP 12): `udp://`, `http://`, `https://`. */
  readonly trackers: readonly (readonly string[])[];
  /** Asked right before each announce. */
  state(): AnnounceState;
  /** What a tracker gave, ourselves left out as far as it said who is who. */
  onPeers(peers: readonly Endpoint[]): void;
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
  /** In a row, for the back-off. */
  refusalCount = 0;
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
  /** When it was announced last, and how soon that may be done again. */
  announcedAtMs = -Infinity;
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
    if (this.known?.authority !== authority) return "started";
    return this.owesCompleted ? "completed" : undefined;
  }

  /** The id that this tracker gave us for itself, if any. */
  trackerId(url: string): string | undefined {
    return this.#trackerIds.get(url);
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

  /** It answered: the next time it is the first of its tier (BEP 12). */
  succeeded(url: string, { response, authority }: { response: AnnounceResponse; authority: string }): void {
    this.asking = undefined;
    this.refusalCount = 0;
    this.known = { url, authority };
    this.#refusedUntilMs.delete(url);
    // The peers are not for the view, and ten thousand torrents would keep them for nothing.
    this.#standings.set(url, { type: "working", response: { ...response, peers: [] } });
    if (response.trackerId !== undefined) this.#trackerIds.set(url, response.trackerId);
    for (const tier of this.#tiers) {
      const index = tier.indexOf(url);
      if (index > 0) tier.unshift(...tier.splice(index, 1));
    }
  }

  /** It could not be asked, or said no; `untilMs`: when it may be asked again about this torrent. */
  failed(url: string, { message, untilMs }: { message: string; untilMs?: number }): void {
    this.asking = undefined;
    this.#standings.set(url, { type: "failed", message });
    if (untilMs !== undefined) this.#refusedUntilMs.set(url, untilMs);
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
