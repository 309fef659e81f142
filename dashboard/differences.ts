/**
 * What changed for one viewer of a dashboard: remembers what it was told last and gives the difference. What is
 * remembered are the views themselves, which are immutable, so that many viewers of ten thousand of them share them.
 *
 * @module
 */
import type { ShareChange, SharedFileView, ShareView } from "../shared/dashboard_views.ts";

/** One view that is told when it is another than last time. */
export class Difference<View> {
  #last: View | undefined;

  /** Whether this view says something else than the one before; it is remembered then. */
  isNew(view: View): boolean {
    if (isSame(this.#last, view)) return false;
    this.#last = view;
    return true;
  }
}

/** What is new in a list, and the keys of what is no longer in it. */
export interface ListChange<View> {
  readonly changed: readonly View[];
  readonly removed: readonly string[];
}

/** A list of views, each told when it is another than last time. */
export class ListDifference<View> {
  readonly #keyOf: (view: View) => string;
  #last: ReadonlyMap<string, View> = new Map();

  /**
   * A list that nobody was told of yet.
   *
   * @param keyOf tells its views apart
   */
  constructor(keyOf: (view: View) => string) {
    this.#keyOf = keyOf;
  }

  /** What changed since the list before; everything the first time. */
  next(views: Iterable<View>): ListChange<View> {
    const now = new Map<string, View>();
    const changed: View[] = [];
    for (const view of views) {
      const key = this.#keyOf(view);
      const last = this.#last.get(key);
      // The old one is kept when it says the same: the next comparison may be by identity.
      if (last !== undefined && isSame(last, view)) now.set(key, last);
      else {
        now.set(key, view);
        changed.push(view);
      }
    }
    const removed = [...this.#last.keys()].filter((key) => !now.has(key));
    this.#last = now;
    return { changed, removed };
  }
}

/** Shared folders: of each that changed, the files that did. */
export class ShareDifference {
  readonly #shares = new ListDifference<ShareView>(({ id }) => String(id));
  readonly #files = new Map<string, ListDifference<SharedFileView>>();

  /** What changed since last time; undefined when nothing did. Everything the first time. */
  next(shares: readonly ShareView[]): ShareChange | undefined {
    const { changed, removed } = this.#shares.next(shares);
    for (const key of removed) this.#files.delete(key);
    if (changed.length + removed.length === 0) return undefined;
    return {
      changed: changed.map((share) => {
        const key = String(share.id);
        const known = this.#files.get(key);
        const files = known ?? new ListDifference<SharedFileView>(({ infoHash }) => infoHash);
        this.#files.set(key, files);
        const change = files.next(share.files);
        return { ...share, files: change.changed, removedFiles: change.removed };
      }),
      removed: removed.map(Number),
    };
  }
}

/** Whether two views say the same: plain data, compared by content. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = Object.entries(a);
  const right = new Map(Object.entries(b));
  return left.length === right.size && left.every(([key, value]) => right.has(key) && isSame(value, right.get(key)));
}
