/**
 * What every component of a dashboard may use, handed down by context: the router and the notices of both, and the
 * peer's own store, uploads and music.
 *
 * @module
 */
import { type Context, createContext } from "preact";
import { useContext } from "preact/hooks";
import type { CatalogueRow } from "../../shared/dashboard_views.ts";
import type { CatalogueQuestion } from "./api.ts";
import type { MusicPlayer } from "./music/music_player.ts";
import type { Notices } from "./notices.ts";
import type { Router } from "./router.ts";
import type { PeerStore } from "./store.ts";
import type { UploadQueue } from "./upload_queue.ts";
import type { WindowedRows } from "./windowed_rows.ts";

/** What both dashboards have. */
export interface Shell {
  readonly router: Router;
  readonly notices: Notices;
}

/** What the peer's dashboard has besides. */
export interface PeerServices {
  readonly store: PeerStore;
  readonly uploads: UploadQueue<File>;
  /** What the start page shows; it outlives the page, so that whoever comes back finds it as it was. */
  readonly catalogue: WindowedRows<CatalogueRow, CatalogueQuestion>;
  readonly music: MusicPlayer;
}

/** Carries the {@link Shell}. */
export const ShellContext: Context<Shell | undefined> = createContext<Shell | undefined>(undefined);

/** Carries the {@link PeerServices}. */
export const PeerContext: Context<PeerServices | undefined> = createContext<PeerServices | undefined>(undefined);

/**
 * The router and the notices.
 *
 * @throws {TypeError} outside of a {@link ShellContext}
 */
export function useShell(): Shell {
  const shell = useContext(ShellContext);
  if (shell === undefined) throw new TypeError("Cannot use the shell as a component outside of ShellContext");
  return shell;
}

/**
 * The peer's store, uploads and music.
 *
 * @throws {TypeError} outside of a {@link PeerContext}
 */
export function usePeer(): PeerServices {
  const peer = useContext(PeerContext);
  if (peer === undefined) throw new TypeError("Cannot use the peer's services as a component outside of PeerContext");
  return peer;
}
