/**
 * What changed for one viewer of the peer's dashboard: remembers what it was told last and gives the difference.
 *
 * @module
 */
import type { PeerUpdate, TorrentView } from "../../shared/dashboard_views.ts";
import type { LiveSource } from "../../dashboard/live_updates.ts";
import type { PeerSession } from "./peer_session.ts";

/** What the updates are made from. */
export type UpdateSource = Pick<PeerSession, "status" | "torrents" | "shares" | "catalogueVersion" | "subscribe">;

/**
 * The live updates of a session, for `liveUpdates`.
 *
 * @param session Whose changes.
 */
export function peerUpdates(session: UpdateSource): LiveSource<PeerUpdate> {
  return {
    subscribe: (listener) => session.subscribe(listener),
    watch: () => {
      const difference = new PeerDifference(session);
      return () => difference.next();
    },
  };
}

/** One viewer's knowledge. A view that is the same object as last time is unchanged; others are compared as JSON. */
class PeerDifference {
  readonly #session: UpdateSource;
  readonly #torrents = new Map<string, Remembered<TorrentView>>();
  readonly #others = new Map<string, Remembered<unknown>>();

  constructor(session: UpdateSource) {
    this.#session = session;
  }

  next(): PeerUpdate | undefined {
    const status = this.#session.status();
    const catalogueVersion = this.#session.catalogueVersion();
    const shares = this.#session.shares();
    const torrents = this.#session.torrents();
    const changed = torrents.filter((torrent) => isNew(this.#torrents, torrent.infoHash, torrent));
    const removed = this.#forgetMissing(torrents);
    const isSharesNew = isNew(this.#others, "shares", shares);
    const isStatusNew = isNew(this.#others, "status", status);
    const isVersionNew = isNew(this.#others, "catalogueVersion", catalogueVersion);
    if (changed.length + removed.length === 0 && !isSharesNew && !isStatusNew && !isVersionNew) return undefined;
    return { status, torrents: changed, removed, ...(isSharesNew ? { shares } : {}), catalogueVersion };
  }

  #forgetMissing(torrents: readonly TorrentView[]): readonly string[] {
    const present = new Set(torrents.map((torrent) => torrent.infoHash));
    const removed = [...this.#torrents.keys()].filter((infoHash) => !present.has(infoHash));
    for (const infoHash of removed) this.#torrents.delete(infoHash);
    return removed;
  }
}

interface Remembered<View> {
  readonly view: View;
  readonly text: string;
}

/** Whether a view differs from the one remembered under its key; it is remembered then. */
function isNew<View>(known: Map<string, Remembered<View>>, key: string, view: View): boolean {
  const last = known.get(key);
  if (last !== undefined && last.view === view) return false;
  const text = JSON.stringify(view);
  known.set(key, { view, text });
  return last?.text !== text;
}
