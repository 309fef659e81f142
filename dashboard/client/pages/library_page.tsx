/**
 * The tracker's own files: folders that it offers to everybody, and what the peers saved it.
 *
 * @module
 */
import type { JSX } from "preact";
import { formatBytes, percentDone } from "../../../shared/format.ts";
import { ShareCard } from "../components/share_card.tsx";
import { ShareForm } from "../components/share_form.tsx";
import { StatePanel } from "../components/state_panel.tsx";
import type { TrackerPageProps } from "./tracker_overview_page.tsx";

/**
 * The library.
 *
 * @param props what the tracker said
 */
export function LibraryPage({ state }: TrackerPageProps): JSX.Element {
  const { library } = state;
  return (
    <div data-testid="library">
      <header class="page-head">
        <h1>Library</h1>
      </header>
      <ShareForm label="Add a folder of this computer to the library" action="Add it" />
      {library.length === 0
        ? (
          <StatePanel icon="folder" title="The library is empty" testId="library-empty">
            <p>Add a folder above: its media is there for everybody, also when no peer is.</p>
          </StatePanel>
        )
        : <Saving state={state} />}
      {library.map((share) => <ShareCard key={share.id} share={share} collection="the library" />)}
    </div>
  );
}

/** What the library gave, beside what the peers gave each other. */
function Saving({ state }: TrackerPageProps): JSX.Element | null {
  const { givenBytes, savedBytes } = state.origin ?? { givenBytes: 0, savedBytes: 0 };
  if (givenBytes + savedBytes === 0) return null;
  const percent = percentDone(savedBytes, givenBytes + savedBytes);
  return (
    <section class="panel" data-testid="saving">
      <h2>{savedBytes === 0 ? "The library gave all of it" : `The peers carried ${percent} % of it`}</h2>
      <progress class="share-bar" max={100} value={percent} aria-label="Carried by the peers, in percent" />
      <p class="facts">
        <span class="key key-down">{formatBytes(savedBytes)} from peer to peer</span>
        <span class="key key-up">{formatBytes(givenBytes)} from this computer</span>
      </p>
    </section>
  );
}
