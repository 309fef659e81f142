/**
 * The tracker's store, handed down by context.
 *
 * @module
 */
import { type Context, createContext } from "preact";
import { useContext } from "preact/hooks";
import type { TrackerStore } from "./tracker_store.ts";

/** Carries the store. */
export const TrackerContext: Context<TrackerStore | undefined> = createContext<TrackerStore | undefined>(undefined);

/**
 * The tracker's store.
 *
 * @throws {TypeError} outside of a {@link TrackerContext}
 */
export function useTracker(): TrackerStore {
  const store = useContext(TrackerContext);
  if (store === undefined) throw new TypeError("Cannot use the store as a component outside of TrackerContext");
  return store;
}
