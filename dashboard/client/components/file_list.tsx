/**
 * The files of a torrent, those that can be played with a link that does.
 *
 * @module
 */
import type { JSX } from "preact";
import type { TorrentFileView } from "../../../shared/dashboard_views.ts";
import { formatBytes, percentDone } from "../../../shared/format.ts";
import { formatRoute } from "../router.ts";
import { isPlayable } from "../torrent_words.ts";
import { Icon } from "./icons.tsx";
import { Link } from "./link.tsx";
import { ProgressBar } from "./progress.tsx";
import { ShowMore } from "./show_more.tsx";

/** Whose files. */
export interface FileListProps {
  readonly infoHash: string;
  readonly files: readonly TorrentFileView[];
}

/** Files shown at once. */
const STEP = 100;

/**
 * The files.
 *
 * @param props see {@link FileListProps}
 */
export function FileList({ infoHash, files }: FileListProps): JSX.Element | null {
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
            {shown.map((file) => <FileRow key={file.index} infoHash={infoHash} file={file} />)}
          </ul>
        )}
      />
    </section>
  );
}

function FileRow({ infoHash, file }: { readonly infoHash: string; readonly file: TorrentFileView }): JSX.Element {
  const percent = percentDone(file.verifiedBytes, file.sizeBytes);
  return (
    <li class="file-row">
      {isPlayable(file)
        ? (
          <Link
            to={formatRoute({ type: "play", infoHash, index: file.index })}
            class="file-link"
            label={`Play ${file.path}`}
          >
            <Icon name="play" isFilled />
            <span>{file.path}</span>
          </Link>
        )
        : (
          <span class="file-link">
            <Icon name="file" />
            <span>{file.path}</span>
          </span>
        )}
      <span class="facts">{percent === 100 ? "here" : `${percent} %`} · {formatBytes(file.sizeBytes)}</span>
      {percent === 100
        ? null
        : <ProgressBar done={file.verifiedBytes} total={file.sizeBytes} label={`${file.path}, what is here`} />}
    </li>
  );
}
