/**
 * The files of a torrent, those that can be played with a link that does.
 *
 * @module
 */
import type { JSX } from "preact";
import type { TorrentFileView, TorrentView } from "../../../shared/dashboard_views.ts";
import { formatBytes } from "../../../shared/format.ts";
import { formatRoute } from "../router.ts";
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
  return (
    <li class="file-row">
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
        <span>{hereWords(torrent, file)}</span>
        <span>{formatBytes(file.sizeBytes)}</span>
      </span>
      {isHere
        ? null
        : <ProgressBar done={file.verifiedBytes} total={file.sizeBytes} label={`${file.path}, what is here`} />}
    </li>
  );
}
