/**
 * Plays a file of the tracker's library.
 *
 * @module
 */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { TrackerState } from "../tracker_store.ts";
import { playlistPath, streamPath } from "../api.ts";
import { Icon } from "../components/icons.tsx";
import { Link } from "../components/link.tsx";
import { MediaPlayer } from "../components/media_player.tsx";
import { formatClock } from "../player/clock_words.ts";
import { Playback } from "../player/playback.ts";
import { StatePanel } from "../components/state_panel.tsx";
import { extensionOf, formatBytes, titleOf } from "../../../shared/format.ts";
import { useTracker } from "../tracker_context.ts";

/** What is played. */
export interface LibraryPlayerPageProps {
  readonly state: TrackerState;
  readonly infoHash: string;
  readonly index: number | undefined;
}

/**
 * The player.
 *
 * @param props see {@link LibraryPlayerPageProps}
 */
export function LibraryPlayerPage({ state, infoHash, index = 0 }: LibraryPlayerPageProps): JSX.Element {
  const store = useTracker();
  const [playback] = useState(() => new Playback());
  const file = state.library.flatMap((share) => share.files).find((other) => other.infoHash === infoHash);
  if (file === undefined) {
    return (
      <StatePanel icon="alert" title="This file is not in the library" testId="player-error" isPage>
        <p>It may have been moved or removed. Peers can play what other clients have; the tracker plays its own.</p>
        <Link to="/library" class="button button-plain">To the library</Link>
      </StatePanel>
    );
  }
  const playlist = playlistPath(infoHash, index);
  return (
    <article class="player-page">
      <MediaPlayer
        key={infoHash}
        source={streamPath(infoHash, index)}
        infoHash={infoHash}
        kind={file.kind}
        title={titleOf(file.name)}
        playback={playback}
        contentType={extensionOf(file.name)}
        waiting="Opening…"
        playlist={playlist}
        connectionVersion={store.snapshotCount.value}
      />
      <header class="page-head">
        <div>
          <h1>{titleOf(file.name)}</h1>
          <p class="facts">
            {playback.duration.value > 0
              ? <span data-testid="player-length">{formatClock(playback.duration.value)}</span>
              : null}
            <span>{formatBytes(file.sizeBytes)}</span>
            <span>{formatBytes(file.uploadedBytes)} given to others</span>
          </p>
        </div>
        <a class="button button-plain" href={playlist}>
          <Icon name="external" />
          <span>Open in VLC or mpv</span>
        </a>
      </header>
    </article>
  );
}
