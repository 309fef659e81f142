/**
 * What plays, told to the system: its media keys, lock screen and headphones show and steer it (Media Session API).
 *
 * @module
 */

/** What is shown. */
export interface NowPlaying {
  readonly title: string;
  readonly artist?: string | undefined;
  readonly album?: string | undefined;
  /** The address of a picture. */
  readonly picture?: string | undefined;
}

/** What the keys do; what is absent is not offered. */
export interface SessionActions {
  readonly play: () => void;
  readonly pause: () => void;
  readonly next?: (() => void) | undefined;
  readonly previous?: (() => void) | undefined;
  readonly seekTo?: ((seconds: number) => void) | undefined;
  readonly skip?: ((seconds: number) => void) | undefined;
}

/** A skip that names no length. */
const SKIP_SECONDS = 10;

/**
 * Shows what plays and takes the keys.
 *
 * @param playing what is shown; undefined for nothing
 * @param actions what the keys do
 */
export function tellMediaSession(playing: NowPlaying | undefined, actions: SessionActions | undefined): void {
  // Pages that were opened by a name or address other than localhost may have none.
  if (!("mediaSession" in navigator)) return;
  const session = navigator.mediaSession;
  session.metadata = playing === undefined ? null : new MediaMetadata({
    title: playing.title,
    artist: playing.artist ?? "",
    album: playing.album ?? "",
    artwork: playing.picture === undefined ? [] : [{ src: playing.picture }],
  });
  const handle = (action: MediaSessionAction, handler: MediaSessionActionHandler | undefined) =>
    session.setActionHandler(action, handler ?? null);
  const { seekTo, skip } = actions ?? {};
  handle("play", actions?.play);
  handle("pause", actions?.pause);
  handle("nexttrack", actions?.next);
  handle("previoustrack", actions?.previous);
  handle("seekto", seekTo && (({ seekTime }) => seekTo(seekTime ?? 0)));
  handle("seekforward", skip && (({ seekOffset }) => skip(seekOffset ?? SKIP_SECONDS)));
  handle("seekbackward", skip && (({ seekOffset }) => skip(-(seekOffset ?? SKIP_SECONDS))));
}
