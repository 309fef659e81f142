/**
 * Applies what changed to what is known, for the stores: lists by key, shared folders with their files. Pure; what did
 * not change keeps its identity, so only what changed is drawn again.
 *
 * @module
 */
import type { ShareChange, SharedFileView, ShareView } from "../../shared/dashboard_views.ts";

/** What changed in a list. */
export interface KeyedChange<View> {
  readonly changed: readonly View[];
  readonly removed: readonly string[];
  readonly keyOf: (view: View) => string;
}

/**
 * The list after a change.
 *
 * @param known the list before; it is not changed, and given back when nothing changed
 * @param change what changed
 */
export function applyChange<View>(
  known: ReadonlyMap<string, View>,
  { changed, removed, keyOf }: KeyedChange<View>,
): ReadonlyMap<string, View> {
  if (changed.length + removed.length === 0) return known;
  const next = new Map(known);
  for (const key of removed) next.delete(key);
  for (const view of changed) next.set(keyOf(view), view);
  return next;
}

/**
 * The shared folders after a change.
 *
 * @param shares the folders before
 * @param change what changed; absent when nothing did
 */
export function applyShareChange(
  shares: readonly ShareView[],
  change: ShareChange | undefined,
): readonly ShareView[] {
  if (change === undefined) return shares;
  const known = new Map(shares.map((share) => [share.id, share]));
  for (const id of change.removed) known.delete(id);
  for (const { removedFiles, ...share } of change.changed) {
    const before = new Map((known.get(share.id)?.files ?? []).map((file) => [file.infoHash, file]));
    const files = applyChange<SharedFileView>(before, {
      changed: share.files,
      removed: removedFiles,
      keyOf: ({ infoHash }) => infoHash,
    });
    known.set(share.id, { ...share, files: [...files.values()] });
  }
  return [...known.values()];
}
