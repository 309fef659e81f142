/**
 * What is on its way here, and what has arrived.
 *
 * @module
 */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { TorrentView } from "../../../shared/dashboard_views.ts";
import { ActionButton } from "../components/action_button.tsx";
import { download, takeFiles } from "../components/file_drop.tsx";
import { Icon } from "../components/icons.tsx";
import { Link } from "../components/link.tsx";
import { ShowMore } from "../components/show_more.tsx";
import { LoadingRows, StatePanel } from "../components/state_panel.tsx";
import { TorrentCard } from "../components/torrent_card.tsx";
import { formatCount, formatRate } from "../../../shared/format.ts";
import { usePeer, useShell } from "../shell_context.ts";
import { isComplete } from "../torrent_words.ts";

/** Rows shown at once. */
const STEP = 100;

/** The downloads, those under way first. */
export function DownloadsPage(): JSX.Element {
  const { store } = usePeer();
  const downloads = [...store.torrents.value.values()].filter((torrent) => !torrent.isShare);
  const running = newestFirst(downloads.filter((torrent) => !isComplete(torrent)));
  const complete = newestFirst(downloads.filter(isComplete));
  const rate = running.reduce((sum, torrent) => sum + torrent.downloadRate, 0);
  return (
    <>
      <header class="page-head">
        <h1>Downloads</h1>
        <p class="facts">
          {running.length === 0 ? null : <span>{formatCount(running.length, "download")} under way</span>}
          {rate === 0 ? null : <span>{formatRate(rate)}</span>}
        </p>
      </header>
      <AddForm />
      {store.status.value === undefined ? <LoadingRows /> : downloads.length === 0 ? <NoDownloads /> : null}
      <TorrentList torrents={running} />
      {complete.length === 0 ? null : <h2 class="section-title">Here and shared with the others</h2>}
      <TorrentList torrents={complete} />
    </>
  );
}

function TorrentList({ torrents }: { readonly torrents: readonly TorrentView[] }): JSX.Element | null {
  if (torrents.length === 0) return null;
  return (
    <ShowMore
      items={torrents}
      step={STEP}
      noun="downloads"
      render={(shown) => (
        <ul class="torrents">
          {shown.map((torrent) => <TorrentCard key={torrent.infoHash} torrent={torrent} />)}
        </ul>
      )}
    />
  );
}

function AddForm(): JSX.Element {
  const services = { ...usePeer(), ...useShell() };
  const input = useRef<HTMLInputElement>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    const source = input.current?.value.trim() ?? "";
    if (source === "") return input.current?.focus();
    const isAdded = await services.notices.attempt(() => download(source, services));
    if (isAdded && input.current !== null) input.current.value = "";
  };
  return (
    <form class="line-form" onSubmit={submit}>
      <label>
        <span>Add from elsewhere</span>
        <input
          ref={input}
          type="text"
          placeholder="Magnet link or info-hash"
          autocomplete="off"
          spellcheck={false}
          data-testid="add-source"
        />
      </label>
      <ActionButton label="Download" icon="download" weight="main" isSubmit testId="add-submit" />
      <label class="button button-plain file-button">
        <Icon name="file" />
        <span>.torrent file…</span>
        <input
          type="file"
          accept=".torrent,application/x-bittorrent"
          multiple
          data-testid="torrent-file"
          onChange={(event) => {
            takeFiles([...event.currentTarget.files ?? []], services);
            event.currentTarget.value = "";
          }}
        />
      </label>
    </form>
  );
}

function NoDownloads(): JSX.Element {
  return (
    <StatePanel icon="download" title="Nothing is on its way" testId="downloads-empty">
      <p>
        What you play or download from the catalogue is listed here. A magnet link or a .torrent file can be dropped
        anywhere on this page.
      </p>
      <Link to="/" class="button button-main">Browse the catalogue</Link>
    </StatePanel>
  );
}

function newestFirst(torrents: readonly TorrentView[]): readonly TorrentView[] {
  return [...torrents].sort((left, right) => right.addedAtMs - left.addedAtMs);
}
