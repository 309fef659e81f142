/**
 * Everything about one torrent: its pieces, peers, files, and trackers.
 *
 * @module
 */
import type { JSX } from "preact";
import type { TorrentDetails, TrackerView } from "../../../shared/dashboard_views.ts";
import { changeTorrent } from "../api.ts";
import { ActionButton } from "../components/action_button.tsx";
import { CopyButton } from "../components/copy_button.tsx";
import { FileList } from "../components/file_list.tsx";
import { Link } from "../components/link.tsx";
import { PeerTable } from "../components/peer_table.tsx";
import { PieceMap } from "../components/piece_canvas.tsx";
import { RateForm } from "../components/rate_form.tsx";
import { LoadingRows, StatePanel } from "../components/state_panel.tsx";
import { Tiles } from "../components/tiles.tsx";
import { TorrentRates } from "../components/torrent_rates.tsx";
import { TorrentBar, TorrentButtons } from "../components/torrent_card.tsx";
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatPieceLength,
  formatRate,
  titleOf,
} from "../../../shared/format.ts";
import { usePeer, useShell } from "../shell_context.ts";
import { useTorrentDetails } from "../torrent_details_source.ts";
import { isTroubled, sizeSentence, stateSentence } from "../torrent_words.ts";

/** Which torrent. Key the page by it. */
export interface TorrentPageProps {
  readonly infoHash: string;
}

/**
 * A torrent's page.
 *
 * @param props see {@link TorrentPageProps}
 */
export function TorrentPage({ infoHash }: TorrentPageProps): JSX.Element {
  const details = useTorrentDetails(infoHash);
  const state = details.state.value;
  switch (state.type) {
    case "loading":
      return <LoadingRows />;
    case "known":
      return <Details details={state.details} onChanged={details.retry} />;
    case "missing":
      return (
        <StatePanel icon="search" title="This torrent is not here" testId="torrent-missing" isPage>
          <p>It may have been removed. What is here and on its way is among the downloads.</p>
          <Link to="/downloads" class="button button-plain">To the downloads</Link>
        </StatePanel>
      );
    case "failed":
      return (
        <StatePanel icon="offline" title="This torrent could not be loaded" testId="torrent-failed" isPage>
          <p>{state.message}</p>
          <ActionButton label="Try again" icon="refresh" onAct={details.retry} />
        </StatePanel>
      );
  }
}

interface DetailsProps {
  readonly details: TorrentDetails;
  readonly onChanged: () => Promise<void>;
}

function Details({ details, onChanged }: DetailsProps): JSX.Element {
  const { store } = usePeer();
  const { router } = useShell();
  // The live updates are newer than the details by up to a second.
  const torrent = store.torrents.value.get(details.infoHash) ?? details;
  return (
    <article>
      <header class="page-head">
        <div>
          <h1 title={torrent.name} dir="auto">{titleOf(torrent.name)}</h1>
          <p class="facts">
            <span>{sizeSentence(torrent)}</span>
            <span class={isTroubled(torrent.state) ? "wrong" : undefined}>{stateSentence(torrent)}</span>
          </p>
        </div>
        <CopyButton label="Copy magnet link" what="The magnet link" text={torrent.magnet} testId="copy-magnet" />
        <TorrentButtons torrent={torrent} onRemoved={() => router.open("/downloads")} />
      </header>
      <TorrentBar torrent={torrent} />
      <Tiles
        tiles={[
          { name: "Down", value: formatRate(torrent.downloadRate), note: formatBytes(torrent.downloadedBytes) },
          { name: "Up", value: formatRate(torrent.uploadRate), note: formatBytes(torrent.uploadedBytes) },
          {
            name: "Peers",
            value: String(torrent.peerCount),
            note: `${torrent.seederCount.toLocaleString("en")} with all of it`,
          },
          {
            name: "Time left",
            value: torrent.secondsLeft === undefined ? "–" : formatDuration(torrent.secondsLeft),
            note: torrent.verifiedBytes === 0 ? "no whole piece yet" : `${formatBytes(torrent.verifiedBytes)} verified`,
          },
        ]}
      />
      <TorrentRates infoHash={torrent.infoHash} />
      {details.pieceCount === 0 ? null : (
        <section class="panel">
          <h2>Pieces</h2>
          <p class="facts">
            <span>{formatCount(details.pieceCount, "piece")} of {formatPieceLength(details.pieceLength)}</span>
            <span class="key key-verified">verified</span>
            <span class="key key-fetching">on its way</span>
            <span class="key key-missing">missing</span>
          </p>
          <PieceMap pieces={details.pieceMap} />
        </section>
      )}
      <FileList torrent={torrent} />
      {torrent.isShare ? null : <TorrentLimits details={details} onSaved={onChanged} />}
      <PeerTable peers={details.peers} bannedPeers={details.bannedPeers} />
      <TrackerList trackers={details.trackers} />
    </article>
  );
}

interface TorrentLimitsProps {
  readonly details: TorrentDetails;
  readonly onSaved: () => Promise<void>;
}

function TorrentLimits({ details, onSaved }: TorrentLimitsProps): JSX.Element {
  return (
    <section class="panel" data-testid="torrent-limits">
      <h2>Speed limits of this torrent</h2>
      <RateForm
        limits={details.limits}
        onSave={async (limits) => {
          await changeTorrent(details.infoHash, limits);
          await onSaved();
        }}
        doneWords="The speed limits of this torrent are set."
      />
      <p class="facts">Empty means as fast as the settings allow.</p>
    </section>
  );
}

const trackerWords: Readonly<Record<TrackerView["state"], string>> = {
  waiting: "Not asked yet",
  announcing: "Asking…",
  working: "Working",
  failed: "Does not answer",
};

function TrackerList({ trackers }: { readonly trackers: readonly TrackerView[] }): JSX.Element {
  return (
    <section class="panel" data-testid="trackers">
      <h2>Trackers</h2>
      {trackers.length === 0 ? <p class="facts">None: peers are found by other means.</p> : null}
      <ul class="plain-list">
        {trackers.map((tracker) => (
          <li key={tracker.url}>
            <span class="path">{tracker.url}</span>
            <p class="facts">
              <span class={tracker.state === "failed" ? "wrong" : undefined}>
                {tracker.message ?? trackerWords[tracker.state]}
              </span>
              {tracker.seederCount === undefined
                ? null
                : <span>{tracker.seederCount.toLocaleString("en")} with all of it</span>}
              {tracker.leecherCount === undefined
                ? null
                : <span>{tracker.leecherCount.toLocaleString("en")} fetching it</span>}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
