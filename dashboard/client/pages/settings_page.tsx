/**
 * What can be set: mode, colours, speed limits, the folder for downloads, the tracker; and where things are.
 *
 * @module
 */
import type { JSX } from "preact";
import type { PeerMode } from "../../../shared/media_kind.ts";
import type { PeerStatus } from "../../../shared/dashboard_views.ts";
import { changeSettings } from "../api.ts";
import { ActionButton } from "../components/action_button.tsx";
import { ChoiceGroup } from "../components/choice_group.tsx";
import { DownloadsFolderForm } from "../components/downloads_folder_form.tsx";
import { NameForm } from "../components/name_form.tsx";
import { RateForm } from "../components/rate_form.tsx";
import { isShortcutHelpOpen } from "../components/shortcut_help.tsx";
import { LoadingRows } from "../components/state_panel.tsx";
import { ThemeChoiceGroup } from "../components/theme_choice.tsx";
import { TrackerForm } from "../components/tracker_form.tsx";
import { usePeer, useShell } from "../shell_context.ts";

const modes: readonly { readonly value: PeerMode; readonly label: string }[] = [
  { value: "video", label: "Videos" },
  { value: "audio", label: "Music" },
];

/** The settings. */
export function SettingsPage(): JSX.Element {
  const status = usePeer().store.status.value;
  const { notices } = useShell();
  if (status === undefined) return <LoadingRows />;
  return (
    <div class="narrow-page">
      <header class="page-head">
        <h1>Settings</h1>
      </header>
      <section class="panel">
        <ChoiceGroup
          legend="Shows and shares"
          name="mode"
          choices={modes}
          value={status.mode}
          onChoose={(mode) => notices.attempt(() => changeSettings({ mode }))}
        />
        <ThemeChoiceGroup />
      </section>
      <section class="panel">
        <h2>Name</h2>
        <NameForm name={status.name} />
        <p class="facts">The tracker shows it to your community beside the files that you share.</p>
      </section>
      <Limits status={status} />
      <DownloadsFolderForm status={status} />
      <section class="panel">
        <h2>Another community</h2>
        <TrackerForm />
      </section>
      <section class="panel">
        <h2>Magnet links</h2>
        <p class="facts">A click on a magnet link, on any page, can begin a download here.</p>
        <ActionButton
          label="Open them here"
          icon="download"
          testId="magnet-handler"
          onAct={openMagnets}
        />
      </section>
      <section class="panel">
        <h2>Keys</h2>
        <p class="facts">Everything works without a mouse. On any page the question mark lists the keys.</p>
        <ActionButton
          label="Show the keys"
          icon="keyboard"
          testId="show-keys"
          onAct={() => {
            isShortcutHelpOpen.value = true;
          }}
        />
      </section>
      <section class="panel">
        <h2>Where things are</h2>
        <dl class="pairs">
          <dt>Tracker</dt>
          <dd data-testid="tracker-address">
            <span class="path">{status.tracker?.address ?? "none"}</span>
            <TrackerWords status={status} />
          </dd>
          <dt>Port for peers</dt>
          <dd>{status.port}</dd>
          <dt>Peer id</dt>
          <dd class="path">{status.peerId}</dd>
          <dt>Version</dt>
          <dd>Playswarm {status.version}</dd>
        </dl>
      </section>
    </div>
  );
}

/** The browser asks its user; the links come back as `/?add=`. */
function openMagnets(): void {
  navigator.registerProtocolHandler("magnet", `${location.origin}/?add=%s`);
}

function TrackerWords({ status }: { readonly status: PeerStatus }): JSX.Element {
  const { tracker } = status;
  if (tracker === undefined) {
    return <small>join a community below</small>;
  }
  return tracker.isReachable
    ? <small>reachable</small>
    : <small class="wrong">{tracker.message ?? "does not answer; it is asked again and again"}</small>;
}

function Limits({ status }: { readonly status: PeerStatus }): JSX.Element {
  return (
    <section class="panel">
      <h2>Speed limits</h2>
      <RateForm limits={status.limits} onSave={changeSettings} doneWords="The speed limits are set." />
      <p class="facts">Empty means as fast as it goes.</p>
    </section>
  );
}
