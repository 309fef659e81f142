/**
 * Files on their way from the browser into a share.
 *
 * @module
 */
import type { JSX } from "preact";
import { formatBytes, percentDone } from "../../../shared/format.ts";
import { usePeer } from "../shell_context.ts";
import type { Upload } from "../upload_queue.ts";
import { ActionButton } from "./action_button.tsx";
import { ProgressBar } from "./progress.tsx";

/** All uploads of this page; nothing when there are none. */
export function UploadList(): JSX.Element | null {
  const { uploads } = usePeer();
  if (uploads.uploads.value.length === 0) return null;
  return (
    <ul class="uploads" aria-label="Uploads" data-testid="uploads">
      {uploads.uploads.value.map((upload) => (
        <li key={upload.id} class="upload" data-state={upload.state}>
          <span class="upload-name">{upload.name}</span>
          <span class={upload.state === "failed" ? "wrong" : "facts"}>{sentence(upload)}</span>
          <ActionButton
            label={upload.state === "sending" || upload.state === "waiting" ? `Cancel ${upload.name}` : "Dismiss"}
            icon="close"
            isIconOnly
            weight="quiet"
            onAct={() => uploads.remove(upload.id)}
          />
          <ProgressBar
            done={upload.state === "done" ? 1 : upload.sentBytes}
            total={upload.state === "done" ? 1 : Math.max(1, upload.sizeBytes)}
            label={`${upload.name}, sent`}
            tone={upload.state === "failed" ? "wrong" : upload.state === "done" ? "complete" : "busy"}
          />
        </li>
      ))}
    </ul>
  );
}

function sentence(upload: Upload): string {
  switch (upload.state) {
    case "waiting":
      return `${formatBytes(upload.sizeBytes)}, waiting`;
    case "sending":
      return `${percentDone(upload.sentBytes, upload.sizeBytes)} % of ${formatBytes(upload.sizeBytes)}`;
    case "done":
      return "Shared";
    case "failed":
      return upload.message ?? "Failed";
  }
}
