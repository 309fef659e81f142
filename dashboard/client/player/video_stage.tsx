/**
 * A film on its page: asks what it holds, decides how this browser plays it, and plays it or says why not.
 *
 * @module
 */
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import type { TorrentFileView, TorrentView } from "../../../shared/dashboard_views.ts";
import { playlistPath } from "../api.ts";
import { ActionButton } from "../components/action_button.tsx";
import { usePeer } from "../shell_context.ts";
import { useTorrentDetails } from "../torrent_details_source.ts";
import { useMedia } from "./media_description_source.ts";
import { piecesOfFile } from "./file_pieces.ts";
import type { Neighbours } from "./neighbours.ts";
import { choosePlan, type Plan } from "./playability.ts";
import { PlayerRefusal, PlayerWaiting } from "./player_message.tsx";
import { VideoPlayer } from "./video_player.tsx";
import type { PlayablePlan } from "./video_source.ts";
import { waitingWords } from "./waiting_words.ts";

/** Which film. */
export interface VideoStageProps {
  readonly torrent: TorrentView;
  readonly file: TorrentFileView;
  readonly title: string;
  readonly neighbours: Neighbours;
}

/**
 * The film. Key it by the file.
 *
 * @param props see {@link VideoStageProps}
 */
export function VideoStage({ torrent, file, title, neighbours }: VideoStageProps): JSX.Element {
  const { infoHash } = torrent;
  const connectionVersion = usePeer().store.snapshotCount.value;
  const details = useTorrentDetails(infoHash).state.value;
  const known = useMedia({ infoHash, index: file.index, contentType: file.contentType, connectionVersion }).value;
  const audioTrack = useSignal<number | undefined>(undefined);
  /** Chosen instead of what was decided: without sound, or after the browser failed at what it promised. */
  const otherPlan = useSignal<PlayablePlan | undefined>(undefined);
  const playlist = playlistPath(infoHash, file.index);
  const isKnown = details.type === "known";
  const waiting = waitingWords({
    torrent,
    file,
    peers: isKnown ? details.details.peers : undefined,
    durationSeconds: known?.description.durationSeconds,
  });
  if (known === undefined) {
    return (
      <div class="stage stage-video">
        <PlayerWaiting text={waiting} />
      </div>
    );
  }
  const { description, browser } = known;
  const plan: Plan = otherPlan.value ?? choosePlan(description, { browser, audioTrack: audioTrack.value });
  if (plan.type === "impossible") {
    return (
      <div class="stage stage-video">
        <PlayerRefusal text={plan.reason} playlist={playlist}>
          <OtherWay plan={plan} onChoose={(other) => otherPlan.value = other} />
        </PlayerRefusal>
      </div>
    );
  }
  const canRemux = description.remuxType !== undefined;
  return (
    <VideoPlayer
      {...{ infoHash, title, description, plan, waiting, playlist, connectionVersion, neighbours }}
      index={file.index}
      pieces={piecesOfFile(file, isKnown ? details.details : undefined)}
      audioTracks={description.tracks?.filter((track) => track.type === "audio" && browser.canDecode(track)) ?? []}
      audioTrack={plan.type === "remux" ? plan.audioTrack : 1}
      onAudioTrack={canRemux ? (number) => audioTrack.value = number : undefined}
      onFormatProblem={() => {
        const fallback = plan.type === "direct"
          ? choosePlan(description, { browser: { ...browser, canPlay: () => false } })
          : undefined;
        if (fallback?.type !== "remux") return false;
        otherPlan.value = fallback;
        return true;
      }}
    />
  );
}

interface OtherWayProps {
  readonly plan: Extract<Plan, { type: "impossible" }>;
  readonly onChoose: (plan: PlayablePlan) => void;
}

/** What may be done all the same. */
function OtherWay({ plan: { withoutSound }, onChoose }: OtherWayProps): JSX.Element | null {
  if (withoutSound === undefined || withoutSound.type === "impossible") return null;
  return (
    <ActionButton
      label="Play without sound"
      icon="muted"
      testId="play-without-sound"
      onAct={() => onChoose(withoutSound)}
    />
  );
}
