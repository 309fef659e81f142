/**
 * What comes before and after a film: the files beside it in its torrent, or, where it is alone there, the other episodes
 * of its series that the community shares.
 *
 * @module
 */
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import type { CatalogueRow, TorrentFileView, TorrentView } from "../../../shared/dashboard_views.ts";
import { titleOf } from "../../../shared/format.ts";
import { fetchPeerCatalogue } from "../api.ts";
import { ApiProblem } from "../api_call.ts";
import { formatRoute } from "../router.ts";
import { usePeer, useShell } from "../shell_context.ts";
import { isPlayable } from "../torrent_words.ts";
import { BLOCK_LENGTH } from "../windowed_rows.ts";
import { neighboursInSeries, seriesWords } from "./series.ts";

/** Another film. */
export interface OtherFile {
  readonly title: string;
  /** Goes to its page, where it plays. */
  readonly open: () => void;
}

/** The films around one; absent where there is none. */
export interface Neighbours {
  readonly previous: OtherFile | undefined;
  readonly next: OtherFile | undefined;
}

/**
 * Finds them. Key the component by the file.
 *
 * @param torrent where the film is
 * @param file the film
 */
export function useNeighbours(torrent: TorrentView, file: TorrentFileView): Neighbours {
  const { router } = useShell();
  const files = torrent.files.filter(isPlayable);
  const series = useSeries(file.kind === "video" && files.length === 1 ? torrent.name : undefined);
  const other = (found: Address | undefined) =>
    found &&
    {
      title: titleOf(found.name),
      open: () => router.open(formatRoute({ type: "play", infoHash: found.infoHash, index: found.index })),
    };
  const beside = (offset: 1 | -1) => {
    const found = files[files.findIndex(({ index }) => index === file.index) + offset];
    return found && { infoHash: torrent.infoHash, index: found.index, name: found.path };
  };
  if (files.length > 1) return { previous: other(beside(-1)), next: other(beside(1)) };
  return { previous: other(addressOf(series.previous)), next: other(addressOf(series.next)) };
}

interface Address {
  readonly infoHash: string;
  /** Absent for a torrent of many files that is not here yet. */
  readonly index: number | undefined;
  readonly name: string;
}

interface Series {
  readonly previous: CatalogueRow | undefined;
  readonly next: CatalogueRow | undefined;
}

/** The rows of the catalogue around a name; looked for again when the catalogue has changed. */
function useSeries(name: string | undefined): Series {
  const version = usePeer().store.catalogueVersion.value;
  const found = useSignal<Series>({ previous: undefined, next: undefined });
  const query = name === undefined ? undefined : seriesWords(name);
  useEffect(() => {
    if (name === undefined || query === undefined) return;
    const leaving = new AbortController();
    const { signal } = leaving;
    const look = async () => {
      try {
        const question = { query, sort: "name", filters: [] } as const;
        const { rows } = await fetchPeerCatalogue({ question, offset: 0, limit: BLOCK_LENGTH, signal });
        found.value = neighboursInSeries(name, rows.filter(({ kind }) => kind === "video"));
      } catch (error) {
        // The film plays without a next one as well.
        if (!signal.aborted && !(error instanceof ApiProblem)) throw error;
      }
    };
    look();
    return () => leaving.abort();
  }, [name, version]);
  return found.value;
}

function addressOf(row: CatalogueRow | undefined): Address | undefined {
  return row && { infoHash: row.infoHash, index: row.fileCount > 1 ? undefined : row.playIndex, name: row.name };
}
