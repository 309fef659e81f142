/**
 * What can be set: mode, speed limits, colours; and where things are.
 *
 * @module
 */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { PeerMode } from "../../../shared/media_kind.ts";
import type { PeerStatus } from "../../../shared/dashboard_views.ts";
import { changeSettings } from "../api.ts";
import { ActionButton } from "../components/action_button.tsx";
import { ChoiceGroup } from "../components/choice_group.tsx";
import { LoadingRows } from "../components/state_panel.tsx";
import { ThemeChoiceGroup } from "../components/theme_choice.tsx";
import { TrackerForm } from "../components/tracker_form.tsx";
import { usePeer, useShell } from "../shell_context.ts";

/** Limits are typed in megabytes a second, as rates are shown. */
const BYTES_PER_MEGABYTE = 1_000_000;

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
      <Limits status={status} />
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
        <h2>Where things are</h2>
        <dl class="pairs">
          <dt>Tracker</dt>
          <dd data-testid="tracker-address">
            <span class="path">{status.tracker?.address ?? "none"}</span>
            <TrackerWords status={status} />
          </dd>
          <dt>Downloads</dt>
          <dd class="path">{status.downloadsFolder}</dd>
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
  const { notices } = useShell();
  const down = useRef<HTMLInputElement>(null);
  const up = useRef<HTMLInputElement>(null);
  const save = async (event: Event) => {
    event.preventDefault();
    const change = { downloadRate: rateOf(down.current), uploadRate: rateOf(up.current) };
    if (await notices.attempt(() => changeSettings(change))) notices.say("The speed limits are set.");
  };
  return (
    <section class="panel">
      <h2>Speed limits</h2>
      <form class="line-form" onSubmit={save}>
        <LimitField field={down} label="Down, MB/s" testId="limit-down" rate={status.limits.downloadRate} />
        <LimitField field={up} label="Up, MB/s" testId="limit-up" rate={status.limits.uploadRate} />
        <ActionButton label="Save" weight="main" isSubmit testId="limits-save" />
      </form>
      <p class="facts">Empty means as fast as it goes.</p>
    </section>
  );
}

interface LimitFieldProps {
  readonly field: { current: HTMLInputElement | null };
  readonly label: string;
  readonly testId: string;
  readonly rate: number | undefined;
}

function LimitField({ field, label, testId, rate }: LimitFieldProps): JSX.Element {
  return (
    <label>
      <span>{label}</span>
      <input
        ref={field}
        type="number"
        min="0.01"
        step="any"
        inputmode="decimal"
        placeholder="unlimited"
        data-testid={testId}
        // Set anew only when another value arrives: what is being typed stays.
        key={rate}
        defaultValue={rate === undefined ? "" : String(rate / BYTES_PER_MEGABYTE)}
      />
    </label>
  );
}

function rateOf(input: HTMLInputElement | null): number | null {
  const megabytes = input?.valueAsNumber ?? Number.NaN;
  return Number.isNaN(megabytes) ? null : Math.round(megabytes * BYTES_PER_MEGABYTE);
}
