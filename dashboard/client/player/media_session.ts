/**
 * What plays, told to the system: its media keys, lock screen and headphones show and steer it (Media Session API). A page
 * has one session: whoever was heard last holds it, and gives it back to the one before.
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
  readonly seekTo: (seconds: number) => void;
  readonly skip: (seconds: number) => void;
}

/** Where what plays is, in seconds. */
export interface SessionPosition {
  readonly isPaused: boolean;
  readonly time: number;
  /** 0 while it is not known. */
  readonly duration: number;
  readonly rate: number;
}

/** A skip that names no length. */
const SKIP_SECONDS = 10;

/** The system counts on by itself: only what differs by more than this is a seek, or a wait. */
const DRIFT_SECONDS = 1;

/** Those who would have the session, the one who has it last. */
const holds: SessionHold[] = [];

/** The session as one player has it, while it is the one. */
export class SessionHold implements Disposable {
  #playing: NowPlaying | undefined;
  #actions: SessionActions | undefined;
  #position: SessionPosition | undefined;
  #told: SessionPosition & { readonly atMs: number } | undefined;

  /** Shows this and does that from now on. */
  show(playing: NowPlaying | undefined, actions: SessionActions): void {
    [this.#playing, this.#actions] = [playing, actions];
    if (holds.at(-1) === this) this.#tell();
  }

  /** Where it is; may be said as often as that changes. */
  move(position: SessionPosition): void {
    this.#position = position;
    if (holds.at(-1) === this) this.#tellPosition();
  }

  /** Takes the session: this one is heard now. */
  take(): void {
    if (holds.at(-1) === this) return;
    this.#leave();
    holds.push(this);
    this.#tell();
  }

  /** Gives it back. */
  [Symbol.dispose](): void {
    const isHeld = holds.at(-1) === this;
    this.#leave();
    if (!isHeld) return;
    const before = holds.at(-1);
    if (before !== undefined) before.#tell();
    else new SessionHold().#tell();
  }

  #leave(): void {
    const place = holds.indexOf(this);
    if (place >= 0) holds.splice(place, 1);
  }

  #tell(): void {
    const session = mediaSession();
    if (session === undefined) return;
    session.metadata = this.#playing === undefined ? null : metadataOf(this.#playing);
    for (const [action, handler] of handlersOf(this.#actions)) session.setActionHandler(action, handler ?? null);
    this.#told = undefined;
    this.#tellPosition();
  }

  #tellPosition(): void {
    const session = mediaSession();
    if (session === undefined) return;
    const position = this.#position;
    if (position === undefined || !(position.duration > 0)) {
      session.playbackState = "none";
      return session.setPositionState();
    }
    session.playbackState = position.isPaused ? "paused" : "playing";
    if (this.#told !== undefined && !hasDrifted(this.#told, position)) return;
    this.#told = { ...position, atMs: performance.now() };
    const { time, duration, rate: playbackRate } = position;
    session.setPositionState({ position: Math.min(time, duration), duration, playbackRate });
  }
}

/** Pages that were opened by a name or address other than localhost may have none. */
function mediaSession(): MediaSession | undefined {
  return "mediaSession" in navigator ? navigator.mediaSession : undefined;
}

function metadataOf({ title, artist = "", album = "", picture }: NowPlaying): MediaMetadata {
  return new MediaMetadata({ title, artist, album, artwork: picture === undefined ? [] : [{ src: picture }] });
}

function handlersOf(
  actions: SessionActions | undefined,
): readonly (readonly [MediaSessionAction, MediaSessionActionHandler | undefined])[] {
  const { play, pause, next, previous, seekTo, skip } = actions ?? {};
  return [
    ["play", play],
    ["pause", pause],
    ["nexttrack", next],
    ["previoustrack", previous],
    ["seekto", seekTo && (({ seekTime }) => seekTo(seekTime ?? 0))],
    ["seekforward", skip && (({ seekOffset }) => skip(seekOffset ?? SKIP_SECONDS))],
    ["seekbackward", skip && (({ seekOffset }) => skip(-(seekOffset ?? SKIP_SECONDS)))],
  ];
}

function hasDrifted(told: SessionPosition & { readonly atMs: number }, now: SessionPosition): boolean {
  if (told.isPaused !== now.isPaused || told.duration !== now.duration || told.rate !== now.rate) return true;
  const elapsedSeconds = told.isPaused ? 0 : (performance.now() - told.atMs) / 1000 * told.rate;
  return Math.abs(told.time + elapsedSeconds - now.time) > DRIFT_SECONDS;
}
