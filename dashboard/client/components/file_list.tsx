/**
 * The files of a torrent, those that can be played with a link that does. Of several, those to fetch are ticked.
 *
 * @module
 */
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import type { TorrentFileView, TorrentView } from "../../../shared/dashboard_views.ts";
import { formatBytes } from "../../../shared/format.ts";
import { changeTorrent } from "../api.ts";
import { formatRoute } from "../router.ts";
import { useShell } from "../shell_context.ts";
import { hereWords, isPlayable } from "../torrent_words.ts";
import { Icon } from "./icons.tsx";
import { Link } from "./link.tsx";
import { ProgressBar } from "./progress.tsx";
import { ShowMore } from "./show_more.tsx";

/** Whose files. */
export interface FileListProps {
  readonly torrent: TorrentView;
}

/** Files shown at once. */
const STEP = 100;

/**
 * The files.
 *
 * @param props see {@link FileListProps}
 */
export function FileList({ torrent }: FileListProps): JSX.Element | null {
  const { files } = torrent;
  if (files.length === 0) return null;
  return (
    <section class="panel" data-testid="files">
      <h2>Files</h2>
      <ShowMore
        items={files}
        step={STEP}
        noun="files"
        render={(shown) => (
          <ul class="plain-list">
            {shown.map((file) => <FileRow key={file.index} torrent={torrent} file={file} />)}
          </ul>
        )}
      />
    </section>
  );
}

interface FileRowProps extends FileListProps {
  readonly file: TorrentFileView;
}

function FileRow({ torrent, file }: FileRowProps): JSX.Element {
  const isHere = file.verifiedBytes >= file.sizeBytes;
  const isChosen = torrent.files.length > 1 && !torrent.isShare;
  return (
    <li class={`file-row${isChosen ? " has-choice" : ""}`} data-testid={`file-${file.index}`}>
      {isChosen ? <FileChoice torrent={torrent} file={file} /> : null}
      {isPlayable(file)
        ? (
          <Link
            to={formatRoute({ type: "play", infoHash: torrent.infoHash, index: file.index })}
            class="file-link is-whole"
            label={`Play ${file.path}`}
          >
            <Icon name="play" isFilled />
            <span dir="auto">{file.path}</span>
          </Link>
        )
        : (
          <span class="file-link is-whole">
            <Icon name="file" />
            <span dir="auto">{file.path}</span>
          </span>
        )}
      <span class="facts">
        <span>{file.isWanted || isHere ? hereWords(torrent, file) : "not fetched"}</span>
        <span>{formatBytes(file.sizeBytes)}</span>
      </span>
      {isHere
        ? null
        : <ProgressBar done={file.verifiedBytes} total={file.sizeBytes} label={`${file.path}, what is here`} />}
    </li>
  );
}

/** Whether a file is fetched. The tick follows the live updates, also back where the change was refused. */
function FileChoice({ torrent, file }: FileRowProps): JSX.Element {
  const { notices } = useShell();
  const isBusy = useSignal(false);
  const choose = async (isWanted: boolean) => {
    const files = torrent.files.filter((other) => other.index === file.index ? isWanted : other.isWanted);
    isBusy.value = true;
    await notices.attempt(() =>
      changeTorrent(torrent.infoHash, {
        files: files.length === torrent.files.length ? null : files.map(({ index }) => index),
      })
    );
    isBusy.value = false;
  };
  return (
    <label class="file-choice" title="Fetch this file">
      <input
        // Made anew after each answer, so that a tick that was refused does not stay.
        key={`${file.isWanted} ${isBusy.value}`}
        type="checkbox"
        aria-label={`Fetch ${file.path}`}
        checked={isBusy.value ? !file.isWanted : file.isWanted}
        aria-busy={isBusy.value}
        data-testid={`want-${file.index}`}
        onChange={(event) => choose(event.currentTarget.checked)}
      />
    </label>
  );
}
