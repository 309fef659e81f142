/**
 * The live updates of a peer's dashboard: what changed for one viewer since its last update.
 *
 * @module
 */
import { Difference, ListDifference, ShareDifference } from "../../dashboard/differences.ts";
import type { LiveSource } from "../../dashboard/live_updates.ts";
import type { PeerStatus, PeerUpdate, TorrentView } from "../../shared/dashboard_views.ts";
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

/** One viewer's knowledge. */
class PeerDifference {
  readonly #session: UpdateSource;
  readonly #torrents = new ListDifference<TorrentView>(({ infoHash }) => infoHash);
  readonly #shares = new ShareDifference();
  readonly #status = new Difference<PeerStatus>();
  readonly #version = new Difference<string>();

  constructor(session: UpdateSource) {
    this.#session = session;
  }

  next(): PeerUpdate | undefined {
    const status = this.#session.status();
    const catalogueVersion = this.#session.catalogueVersion();
    const shares = this.#shares.next(this.#session.shares());
    const { changed, removed } = this.#torrents.next(this.#session.torrents());
    const isStatusNew = this.#status.isNew(status);
    const isVersionNew = this.#version.isNew(catalogueVersion);
    if (changed.length + removed.length === 0 && shares === undefined && !isStatusNew && !isVersionNew) {
      return undefined;
    }
    return { status, torrents: changed, removed, ...(shares === undefined ? {} : { shares }), catalogueVersion };
  }
}
