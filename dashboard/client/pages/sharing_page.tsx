/**
 * What this computer gives to the community: folders, and files dropped here.
 *
 * @module
 */
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { takeFiles } from "../components/file_drop.tsx";
import { Icon } from "../components/icons.tsx";
import { ShareCard } from "../components/share_card.tsx";
import { ShareForm } from "../components/share_form.tsx";
import { LoadingRows, StatePanel } from "../components/state_panel.tsx";
import { UploadList } from "../components/upload_list.tsx";
import { formatBytes, formatCount } from "../../../shared/format.ts";
import { usePeer, useShell } from "../shell_context.ts";

/** The shares. */
export function SharingPage(): JSX.Element {
  const { store } = usePeer();
  const shares = store.shares.value;
  const fileCount = shares.reduce((sum, share) => sum + share.fileCount, 0);
  const uploadedBytes = store.status.value?.uploadedBytes ?? 0;
  return (
    <>
      <header class="page-head">
        <h1>Sharing</h1>
        <p class="facts">
          {shares.length === 0 ? null : <span>{formatCount(fileCount, "file")}</span>}
          {uploadedBytes === 0 ? null : <span>{formatBytes(uploadedBytes)} given to others</span>}
        </p>
      </header>
      <ShareForm label="Share a folder of this computer" />
      {store.status.value === undefined ? <LoadingRows /> : null}
      {shares.length === 0 ? null : <DropZone />}
      <UploadList />
      {store.status.value !== undefined && shares.length === 0
        ? (
          <StatePanel icon="share" title="You share nothing yet" testId="shares-empty">
            <p>
              Choose a folder above. Everybody in your community then sees its media within seconds, and new files
              appear by themselves.
            </p>
          </StatePanel>
        )
        : null}
      {shares.map((share) => <ShareCard key={share.id} share={share} collection="the community" />)}
    </>
  );
}

/** Where files are dropped or chosen; they go into the first share. */
function DropZone(): JSX.Element {
  const services = { ...usePeer(), ...useShell() };
  const isOver = useSignal(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    event.stopPropagation();
    isOver.value = false;
    takeFiles([...event.dataTransfer?.files ?? []], services);
  };
  return (
    <label
      class={isOver.value ? "drop-zone drop-zone-over" : "drop-zone"}
      data-testid="drop-zone"
      onDragOver={(event) => {
        event.preventDefault();
        isOver.value = true;
      }}
      onDragLeave={() => isOver.value = false}
      onDrop={drop}
    >
      <Icon name="share" />
      <span>
        <strong>Drop files here</strong> or choose them: they are put into the first folder and shared
      </span>
      <input
        type="file"
        multiple
        accept="audio/*,video/*"
        data-testid="file-input"
        onChange={(event) => {
          takeFiles([...event.currentTarget.files ?? []], services);
          event.currentTarget.value = "";
        }}
      />
    </label>
  );
}
