/**
 * The first steps of a new peer, after its mode: which community, and what to share. Nothing is shared unasked.
 *
 * @module
 */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { FoundTrackerView, PeerStatus } from "../../../shared/dashboard_views.ts";
import { addShare, changeSettings } from "../api.ts";
import { ActionButton } from "../components/action_button.tsx";
import { Icon, Mark } from "../components/icons.tsx";
import { NameForm } from "../components/name_form.tsx";
import { ShareForm } from "../components/share_form.tsx";
import { keyIn, TrackerForm } from "../components/tracker_form.tsx";
import { useShell } from "../shell_context.ts";

/** What the page is told. */
export interface FirstStepsProps {
  readonly status: PeerStatus;
}

/**
 * The two questions; both may be passed over.
 *
 * @param props see {@link FirstStepsProps}
 */
export function FirstStepsPage({ status }: FirstStepsProps): JSX.Element {
  return (
    <section class="welcome">
      <Mark />
      <h1>Almost there</h1>
      <div class="panel first-steps" data-testid="first-community">
        <h2>Your community</h2>
        <Community status={status} />
      </div>
      <div class="panel first-steps" data-testid="first-name">
        <h2>Your name</h2>
        <NameForm name={status.name} />
      </div>
      <div class="panel first-steps" data-testid="first-share">
        <h2>Share your {status.mode === "audio" ? "music" : "videos"}?</h2>
        <Sharing path={status.firstSteps?.suggestedShare} />
      </div>
      <ActionButton
        label={status.mode === "audio" ? "To the music" : "To the videos"}
        weight="main"
        testId="first-done"
        onAct={() => changeSettings({ isWelcomed: true })}
      />
    </section>
  );
}

function Community({ status }: FirstStepsProps): JSX.Element {
  const { tracker, trackersFound = [] } = status;
  if (tracker !== undefined && !tracker.isReachable) {
    return (
      <>
        <p class="wrong" role="alert" data-testid="first-unreachable">
          {tracker.message ?? `${tracker.address} does not answer yet.`}
        </p>
        <TrackerForm address={tracker.address} />
      </>
    );
  }
  if (tracker !== undefined) {
    const found = trackersFound.find(({ address }) => address === tracker.address);
    return (
      <p data-testid="first-joined">
        <Icon name="check" /> {found === undefined ? "You belong to " : "Found on your network: "}
        <strong>{found?.name ?? tracker.address}</strong>
        {found === undefined ? null : <small class="facts">{tracker.address}</small>}
      </p>
    );
  }
  return (
    <>
      {trackersFound.length === 0
        ? <p>No tracker was found on this network yet. It appears here when it is started.</p>
        : trackersFound.map((found) => <FoundTracker key={found.address} found={found} />)}
      <TrackerForm />
    </>
  );
}

function FoundTracker({ found }: { readonly found: FoundTrackerView }): JSX.Element {
  const key = useRef<HTMLInputElement>(null);
  const join = () =>
    changeSettings({
      tracker: { address: found.address, name: found.name, ...keyIn(key.current) },
    });
  return (
    <div class="line-form" data-testid={`found-${found.name}`}>
      <label>
        <span>
          {found.name} <small class="facts">{found.address}</small>
        </span>
        {found.needsKey ? <input ref={key} type="password" placeholder="The key of this community" /> : null}
      </label>
      <ActionButton label="Join" icon="plus" weight="main" testId="first-join" onAct={join} />
    </div>
  );
}

function Sharing({ path }: { readonly path: string | undefined }): JSX.Element {
  const { notices } = useShell();
  if (path === undefined) {
    return <ShareForm label="A folder to share with your community, or none" />;
  }
  const share = async () => {
    await addShare(path);
    notices.say(`“${path}” is shared from now on.`);
  };
  return (
    <>
      <p class="path">{path}</p>
      <p class="facts">Everybody in your community sees what is in it. You can stop that at any time.</p>
      <div class="line-form">
        <ActionButton label="Share this folder" icon="share" testId="first-share-it" onAct={share} />
        <span class="facts">or choose another one later, under Sharing</span>
      </div>
    </>
  );
}
