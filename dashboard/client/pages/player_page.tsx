/**
 * The page that plays: takes the torrent up if it is not here yet, waits until it is known which file to play, and
 * plays it while it comes.
 *
 * @module
 */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import type { TorrentFileView, TorrentView } from "../../../shared/dashboard_views.ts";
import { addTorrent, playlistPath, setTorrentPaused } from "../api.ts";
import { ApiProblem } from "../api_call.ts";
import { ActionButton } from "../components/action_button.tsx";
import { Icon } from "../components/icons.tsx";
import { Link } from "../components/link.tsx";
import { StatePanel } from "../components/state_panel.tsx";
import { MusicStage } from "../music/music_stage.tsx";
import { useNeighbours } from "../player/neighbours.ts";
import { VideoStage } from "../player/video_stage.tsx";
import { formatBytes, titleOf } from "../../../shared/format.ts";
import { formatRoute } from "../router.ts";
import { usePeer, useShell } from "../shell_context.ts";
import {
  fileToPlay,
  hereWords,
  isComplete,
  isPlayable,
  isTroubled,
  stateSentence,
  waitingSentence,
} from "../torrent_words.ts";

/** What is played. Key the page by the info-hash. */
export interface PlayerPageProps {
  readonly infoHash: string;
  /** The file; absent until it is known which one can be played. */
  readonly index: number | undefined;
}

/**
 * The player's page.
 *
 * @param props see {@link PlayerPageProps}
 */
export function PlayerPage({ infoHash, index }: PlayerPageProps): JSX.Element {
  const { store } = usePeer();
  const { router } = useShell();
  const torrent = store.torrents.value.get(infoHash);
  const { problem, retry } = useTorrentHere(infoHash);
  const mode = store.status.value?.mode;
  const isFileWanted = index === undefined;
  const choice = isFileWanted && torrent !== undefined ? fileToPlay(torrent.files, mode)?.index : undefined;
  useEffect(() => {
    if (choice !== undefined) router.replace(formatRoute({ type: "play", infoHash, index: choice }));
  }, [choice]);
  if (problem !== undefined) return <CannotOpen text={problem} onRetry={retry} />;
  const file = torrent?.files.find((other) => other.index === index);
  if (torrent === undefined || file === undefined) {
    return <NotYet torrent={torrent} index={index} />;
  }
  return <Playing key={file.index} torrent={torrent} file={file} />;
}

interface PlayingProps {
  readonly torrent: TorrentView;
  readonly file: TorrentFileView;
}

function Playing({ torrent, file }: PlayingProps): JSX.Element {
  const title = file.title !== undefined && file.kind === "audio" ? file.title : titleOf(file.path);
  useEffect(() => {
    document.title = `${title} · Playswarm`;
  }, [title]);
  const playlist = playlistPath(torrent.infoHash, file.index);
  const others = torrent.files.filter((other) => isPlayable(other));
  const neighbours = useNeighbours(torrent, file);
  return (
    <article class="player-page">
      {file.kind === "video"
        ? <VideoStage {...{ torrent, file, title, neighbours }} />
        : <MusicStage torrent={torrent} file={file} />}
      <header class="page-head">
        <div>
          {file.kind === "video" ? <h1 dir="auto">{title}</h1> : null}
          <p class="facts" data-testid="player-state">
            <span>{formatBytes(file.sizeBytes)}</span>
            <HereFacts torrent={torrent} file={file} />
          </p>
        </div>
        <div class="buttons">
          {torrent.state === "paused"
            ? (
              <ActionButton
                label="Resume"
                icon="resume"
                weight="main"
                testId="resume"
                onAct={() => setTorrentPaused(torrent.infoHash, false)}
              />
            )
            : null}
          <a class="button button-plain" href={playlist} data-testid="playlist">
            <Icon name="external" />
            <span>Open in VLC or mpv</span>
          </a>
          <Link to={formatRoute({ type: "torrent", infoHash: torrent.infoHash })} class="button button-plain">
            <Icon name="info" />
            <span>Details</span>
          </Link>
        </div>
      </header>
      {others.length < 2 || file.kind === "audio"
        ? null
        : <OtherFiles torrent={torrent} files={others} current={file.index} />}
    </article>
  );
}

interface OtherFilesProps {
  readonly torrent: TorrentView;
  readonly files: readonly TorrentFileView[];
  readonly current: number;
}

/** A page of an album or series; more than this is on the torrent's page. */
const MAX_OTHER_FILES = 200;

function OtherFiles({ torrent, files, current }: OtherFilesProps): JSX.Element {
  return (
    <section class="panel">
      <h2>
        Also in “<bdi>{torrent.name}</bdi>”
      </h2>
      <ol class="play-list">
        {files.slice(0, MAX_OTHER_FILES).map((file) => (
          <li key={file.index}>
            <Link
              to={formatRoute({ type: "play", infoHash: torrent.infoHash, index: file.index })}
              isCurrent={file.index === current}
            >
              <Icon name={file.kind === "audio" ? "music" : "film"} />
              <span dir="auto">{titleOf(file.path)}</span>
              <small>{formatBytes(file.sizeBytes)}</small>
            </Link>
          </li>
        ))}
      </ol>
    </section>
  );
}

interface NotYetProps {
  readonly torrent: TorrentView | undefined;
  readonly index: number | undefined;
}

/** Before there is a file to play: what is waited for, or why there will be none. */
function NotYet({ torrent, index }: NotYetProps): JSX.Element {
  if (torrent !== undefined && torrent.files.length > 0) {
    return (
      <CannotOpen
        text={index === undefined
          ? `“${torrent.name}” has nothing in it that can be played.`
          : `“${torrent.name}” has no file number ${index}.`}
      />
    );
  }
  return (
    <div class="stage">
      <h1 class="hidden">{torrent === undefined ? "Opening" : torrent.name}</h1>
      <p class="stage-waiting" data-testid="player-waiting">
        <span class="spinner" />
        {waitingSentence(torrent, undefined)}
      </p>
    </div>
  );
}

function CannotOpen(
  { text, onRetry }: { readonly text: string; readonly onRetry?: () => Promise<void> },
): JSX.Element {
  return (
    <StatePanel icon="alert" title="This cannot be played" testId="player-error">
      <p>{text}</p>
      {onRetry === undefined ? null : <ActionButton label="Try again" icon="refresh" weight="main" onAct={onRetry} />}
      <Link to="/" class="button button-plain">Back to the catalogue</Link>
    </StatePanel>
  );
}

/** Takes the torrent up once, if it is not here; gives the reason when that fails, and tries again. */
function useTorrentHere(
  infoHash: string,
): { readonly problem: string | undefined; readonly retry: () => Promise<void> } {
  const { store } = usePeer();
  const problem = useSignal<string | undefined>(undefined);
  const isAsked = useRef(false);
  const isReady = store.status.value !== undefined;
  useEffect(() => {
    if (!isReady || isAsked.current) return;
    isAsked.current = true;
    if (!store.torrents.peek().has(infoHash)) takeUp();
  }, [isReady]);
  const takeUp = async () => {
    problem.value = undefined;
    try {
      store.learn(await addTorrent(infoHash));
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      problem.value = error.message;
    }
  };
  return { problem: problem.value, retry: takeUp };
}

function HereFacts({ torrent, file }: PlayingProps): JSX.Element {
  if (isComplete(torrent) && torrent.isShare) return <span>Shared by you</span>;
  if (file.verifiedBytes >= file.sizeBytes) return <span>All of it is on this computer</span>;
  return (
    <>
      <span>{hereWords(torrent, file)}</span>
      <span class={isTroubled(torrent.state) ? "wrong" : undefined}>{stateSentence(torrent)}</span>
    </>
  );
}
