/**
 * One download: how far it is, how fast, and what can be done with it.
 *
 * @module
 */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import type { TorrentView } from "../../../shared/dashboard_views.ts";
import { removeTorrent, revealTorrent, setTorrentPaused } from "../api.ts";
import { titleOf } from "../../../shared/format.ts";
import { focusNeighbour } from "../focus_neighbour.ts";
import { formatRoute } from "../router.ts";
import { usePeer, useShell } from "../shell_context.ts";
import { fileToPlay, isComplete, isTroubled, progressOf, sizeSentence, stateSentence } from "../torrent_words.ts";
import { ActionButton } from "./action_button.tsx";
import { ConfirmDialog } from "./confirm_dialog.tsx";
import { Icon } from "./icons.tsx";
import { Link } from "./link.tsx";
import { ProgressBar } from "./progress.tsx";

/** Which torrent. */
export interface TorrentProps {
  readonly torrent: TorrentView;
}

/**
 * A download of the list.
 *
 * @param props see {@link TorrentProps}
 */
export function TorrentCard({ torrent }: TorrentProps): JSX.Element {
  const title = titleOf(torrent.name);
  const card = useRef<HTMLLIElement>(null);
  return (
    <li ref={card} class="torrent" data-testid={`torrent-${torrent.infoHash}`} data-state={torrent.state}>
      <div class="torrent-words">
        <h2 class="torrent-title" title={torrent.name} dir="auto">
          <Link to={formatRoute({ type: "torrent", infoHash: torrent.infoHash })}>{title}</Link>
        </h2>
        <p class="facts">
          <span>{sizeSentence(torrent)}</span>
          <span class={isTroubled(torrent.state) ? "wrong" : undefined}>{stateSentence(torrent)}</span>
        </p>
      </div>
      <TorrentButtons torrent={torrent} onRemoved={() => focusNeighbour(card.current)} />
      <TorrentBar torrent={torrent} />
    </li>
  );
}

/**
 * The progress of a torrent as a bar.
 *
 * @param props see {@link TorrentProps}
 */
export function TorrentBar({ torrent }: TorrentProps): JSX.Element {
  const tone = isTroubled(torrent.state)
    ? "wrong"
    : isComplete(torrent)
    ? "complete"
    : torrent.state === "paused"
    ? "still"
    : "busy";
  return <ProgressBar {...progressOf(torrent)} label={`${titleOf(torrent.name)}, what is here`} tone={tone} />;
}

/** Which torrent, and what happens after it was removed. */
export interface TorrentButtonsProps extends TorrentProps {
  readonly onRemoved: () => void;
}

/**
 * Play, pause or resume, remove.
 *
 * @param props see {@link TorrentButtonsProps}
 */
export function TorrentButtons({ torrent, onRemoved }: TorrentButtonsProps): JSX.Element {
  const { store } = usePeer();
  const { notices } = useShell();
  const isAsking = useSignal(false);
  const title = titleOf(torrent.name);
  const isPaused = torrent.state === "paused";
  const remove = async (options: { readonly withOption: boolean }) => {
    await removeTorrent(torrent.infoHash, { withFiles: options.withOption });
    onRemoved();
    store.forget(torrent.infoHash);
    notices.say(options.withOption ? `“${title}” and its files are removed.` : `“${title}” is removed.`);
  };
  const file = fileToPlay(torrent.files, store.status.value?.mode);
  return (
    <div class="buttons">
      {file === undefined ? null : (
        <Link
          to={formatRoute({ type: "play", infoHash: torrent.infoHash, index: file.index })}
          class="button button-quiet button-icon"
          label={`Play ${title}`}
          title="Play"
          testId="play"
        >
          <Icon name="play" />
        </Link>
      )}
      <ActionButton
        label={`${isPaused ? "Resume" : "Pause"} ${title}`}
        icon={isPaused ? "resume" : "pause"}
        isIconOnly
        weight="quiet"
        testId={isPaused ? "resume" : "pause"}
        onAct={() => setTorrentPaused(torrent.infoHash, !isPaused)}
      />
      {torrent.verifiedBytes === 0 ? null : (
        <ActionButton
          label={`Show ${title} in its folder`}
          icon="folder"
          isIconOnly
          weight="quiet"
          testId="reveal"
          onAct={() => revealTorrent(torrent.infoHash)}
        />
      )}
      {torrent.isShare ? null : (
        <ActionButton
          label={`Remove ${title}`}
          icon="remove"
          isIconOnly
          weight="quiet"
          testId="remove"
          onAct={() => {
            isAsking.value = true;
          }}
        />
      )}
      {isAsking.value
        ? (
          <ConfirmDialog
            title={`Remove “${title}”?`}
            text={isComplete(torrent)
              ? "It is taken off the list and no longer given to others. The file stays on this computer."
              : "The download stops and is taken off the list. What is here already stays on this computer."}
            option="Delete its files from this computer too"
            action="Remove"
            onConfirm={remove}
            onClose={() => isAsking.value = false}
          />
        )
        : null}
    </div>
  );
}
