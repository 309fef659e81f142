/**
 * Whom a torrent announces to (BEP 12, 27): the trackers of the community first, then those that it brings along. Pure.
 *
 * @module
 */

/** Trackers in tiers, and whose they are. */
export interface AnnounceTiersOptions {
  readonly ofCommunity: readonly (readonly string[])[];
  /** Those of the torrent itself: of the link that it was added by, of its metainfo. */
  readonly own: readonly (readonly string[])[];
  readonly isPrivate: boolean;
}

/**
 * The tiers to announce to, no tracker twice: one that hears the same from us twice would count and answer twice. A
 * private torrent has its own trackers and no others.
 */
export function announceTiers({ ofCommunity, own, isPrivate }: AnnounceTiersOptions): readonly (readonly string[])[] {
  const known = new Set<string>();
  const tiers = (isPrivate ? own : [...ofCommunity, ...own]).map((tier) =>
    tier.filter((url) => {
      const isNew = !known.has(url);
      known.add(url);
      return isNew;
    })
  );
  return tiers.filter((tier) => tier.length > 0);
}
