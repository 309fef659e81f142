/**
 * One file of the community: a card among videos, a row among music.
 *
 * @module
 */
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import type { CatalogueRow, TorrentView } from "../../../shared/dashboard_views.ts";
import { addTorrent } from "../api.ts";
import { extensionOf, formatBytes, formatCount, titleOf } from "../../../shared/format.ts";
import { formatClock } from "../player/clock_words.ts";
import { formatRoute } from "../router.ts";
import { usePeer, useShell } from "../shell_context.ts";
import { hereWords, isComplete, isTroubled, progressOf, stateSentence } from "../torrent_words.ts";
import { ActionButton } from "./action_button.tsx";
import { Art } from "./art.tsx";
import { Icon } from "./icons.tsx";
import { Link } from "./link.tsx";
import { ProgressBar, ProgressRing } from "./progress.tsx";

/** Which file. */
export interface MediaCardProps {
  readonly row: CatalogueRow;
  /** Its place in the list, of so many. */
  readonly index: number;
  readonly count: number;
}

/** A file whose row is on its way: as high as a card, with nothing in it. */
export function WaitingCard({ index }: { readonly index: number }): JSX.Element {
  return (
    <li class="media media-waiting" data-index={index} aria-hidden="true">
      <span class="media-art" />
      <span class="media-words" />
    </li>
  );
}

/**
 * A card. What is here of the file follows the live updates.
 *
 * @param props see {@link MediaCardProps}
 */
export function MediaCard({ row, index, count }: MediaCardProps): JSX.Element {
  const torrent = usePeer().store.torrents.value.get(row.infoHash);
  const title = row.title ?? titleOf(row.name);
  const note = row.durationSeconds === undefined ? extensionOf(row.name) : formatClock(row.durationSeconds);
  const play = formatRoute({ type: "play", infoHash: row.infoHash, index: undefined });
  return (
    <li
      class="media"
      data-testid={`row-${row.infoHash}`}
      data-index={index}
      aria-setsize={count}
      aria-posinset={index + 1}
    >
      <Link to={play} class="media-art" label={note === "" ? `Play ${title}` : `Play ${title}, ${note}`} testId="play">
        <Picture row={row} />
        <span class="media-play">
          <Icon name="play" isFilled />
        </span>
        <span class="media-type">{note}</span>
        {torrent === undefined || isComplete(torrent)
          ? null
          : <ProgressBar {...progressOf(torrent)} label={`${title}, what is here`} />}
      </Link>
      <div class="media-words">
        <h2 class="media-title" title={row.name} dir="auto">
          <Link to={play} isSecond>{title}</Link>
        </h2>
        <p class="facts media-facts">
          {row.artist === undefined ? null : <span class="media-artist">{row.artist}</span>}
          {row.durationSeconds === undefined
            ? null
            : <span class="media-length">{formatClock(row.durationSeconds)}</span>}
          <span>{torrent?.state === "fetching-metadata" ? "size not known yet" : formatBytes(row.sizeBytes)}</span>
          {row.fileCount > 1 ? <span>{formatCount(row.fileCount, "file")}</span> : null}
          <span>{availability(row)}</span>
        </p>
        {torrent === undefined ? null : <HereFacts torrent={torrent} />}
      </div>
      <DownloadMark row={row} torrent={torrent} title={title} />
    </li>
  );
}

/** The file's own picture, or a drawn one where it has none or it cannot be shown. */
function Picture({ row }: { readonly row: CatalogueRow }): JSX.Element {
  const isBroken = useSignal(false);
  if (row.picture === undefined || isBroken.value) return <Art infoHash={row.infoHash} />;
  return <img src={row.picture} alt="" loading="lazy" decoding="async" onError={() => isBroken.value = true} />;
}

interface DownloadMarkProps {
  readonly row: CatalogueRow;
  readonly torrent: TorrentView | undefined;
  readonly title: string;
}

/** What of it is here; a button while nothing is. */
function DownloadMark({ row, torrent, title }: DownloadMarkProps): JSX.Element {
  const { store } = usePeer();
  const { notices } = useShell();
  if (torrent === undefined) {
    const download = async () => {
      store.learn(await addTorrent(row.infoHash));
      notices.say(`Downloading “${title}”.`);
    };
    return (
      <ActionButton
        label={`Download ${title}`}
        icon="download"
        isIconOnly
        weight="quiet"
        testId="download"
        onAct={download}
      />
    );
  }
  const details = formatRoute({ type: "torrent", infoHash: row.infoHash });
  if (isComplete(torrent)) {
    return (
      <Link to={details} class="button button-quiet button-icon is-here" label={`${title} is here: details`}>
        <Icon name="check" />
      </Link>
    );
  }
  const tone = isTroubled(torrent.state) ? "wrong" : torrent.state === "paused" ? "still" : "busy";
  return (
    <Link to={details} class="button button-quiet button-icon" label={`${title} is on its way: details`}>
      <ProgressRing {...progressOf(torrent)} label="Here" tone={tone} />
    </Link>
  );
}

function availability(row: CatalogueRow): string {
  if (row.seederCount > 0) {
    return `${row.seederCount.toLocaleString("en")} ${row.seederCount === 1 ? "has" : "have"} it`;
  }
  return row.leecherCount > 0 ? "nobody has all of it now" : "nobody has it now";
}

function HereFacts({ torrent }: { readonly torrent: TorrentView }): JSX.Element {
  if (isComplete(torrent)) {
    return <p class="facts media-state is-here">{torrent.isShare ? "Shared by you" : "On this computer"}</p>;
  }
  return (
    <p class="facts media-state">
      {torrent.state === "fetching-metadata" ? null : <span>{hereWords(torrent, torrent)}</span>}
      <span class={isTroubled(torrent.state) ? "wrong" : undefined}>{stateSentence(torrent)}</span>
    </p>
  );
}
