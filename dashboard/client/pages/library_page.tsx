/**
 * The tracker's own files: folders that it offers to everybody.
 *
 * @module
 */
import type { JSX } from "preact";
import { ShareCard } from "../components/share_card.tsx";
import { ShareForm } from "../components/share_form.tsx";
import { StatePanel } from "../components/state_panel.tsx";
import type { TrackerPageProps } from "./tracker_overview_page.tsx";

/**
 * The library.
 *
 * @param props what the tracker said last
 */
export function LibraryPage({ update }: TrackerPageProps): JSX.Element {
  return (
    <div data-testid="library">
      <header class="page-head">
        <h1>Library</h1>
      </header>
      <ShareForm label="Add a folder of this computer to the library" />
      {update.library.length === 0
        ? (
          <StatePanel icon="folder" title="The library is empty">
            <p>Add a folder above: its media is there for everybody, also when no peer is.</p>
          </StatePanel>
        )
        : null}
      {update.library.map((share) => <ShareCard key={share.id} share={share} collection="the library" />)}
    </div>
  );
}
