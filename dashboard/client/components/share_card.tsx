/**
 * One shared folder: how far its hashing is, its files, and what others took of them.
 *
 * @module
 */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import type { SharedFileView, ShareView } from "../../../shared/dashboard_views.ts";
import { removeShare } from "../api.ts";
import { formatBytes, formatCount } from "../../../shared/format.ts";
import { focusNeighbour } from "../focus_neighbour.ts";
import { formatRoute } from "../router.ts";
import { ActionButton } from "./action_button.tsx";
import { ConfirmDialog } from "./confirm_dialog.tsx";
import { DataTable } from "./data_table.tsx";
import { FileName } from "./file_name.tsx";
import { Icon } from "./icons.tsx";
import { ProgressBar } from "./progress.tsx";
import { ShowMore } from "./show_more.tsx";

/** Which folder. */
export interface ShareCardProps {
  readonly share: ShareView;
  /** What the folder stops to be part of, for instance `"the library"`. */
  readonly collection: string;
}

/** Files listed at once. */
const FILES_STEP = 100;

/**
 * A shared folder.
 *
 * @param props see {@link ShareCardProps}
 */
export function ShareCard({ share, collection }: ShareCardProps): JSX.Element {
  const isAsking = useSignal(false);
  const card = useRef<HTMLElement>(null);
  const remove = async () => {
    await removeShare(share.id);
    focusNeighbour(card.current);
  };
  return (
    <section ref={card} class="panel" data-testid={`share-${share.id}`}>
      <header class="panel-head">
        <Icon name="folder" />
        <div>
          <h2 class="path">{share.path}</h2>
          <p class="facts">
            <span>{formatCount(share.fileCount, "file")}</span>
            <span>{formatBytes(share.sizeBytes)}</span>
          </p>
        </div>
        <ActionButton
          label={`Stop sharing ${share.path}`}
          icon="close"
          isIconOnly
          weight="quiet"
          testId="share-remove"
          onAct={() => {
            isAsking.value = true;
          }}
        />
      </header>
      {share.message === undefined ? null : <p class="wrong" role="alert">{share.message}</p>}
      <Hashing share={share} />
      {share.files.length === 0 && share.hashing === undefined && share.message === undefined
        ? <p class="facts">Nothing to share in it yet. Files that you put there appear within seconds.</p>
        : null}
      <ShowMore
        items={share.files}
        step={FILES_STEP}
        noun="files"
        render={(shown) => shown.length === 0 ? null : <FileTable files={shown} />}
      />
      {isAsking.value
        ? (
          <ConfirmDialog
            title="Stop sharing this folder?"
            text={`${share.path} leaves ${collection}. Its files stay where they are.`}
            action="Stop sharing"
            onConfirm={remove}
            onClose={() => isAsking.value = false}
          />
        )
        : null}
    </section>
  );
}

function Hashing({ share }: { readonly share: ShareView }): JSX.Element | null {
  const { hashing } = share;
  if (hashing === undefined) return null;
  return (
    <div class="hashing" data-testid="hashing">
      <p class="facts">
        <span>
          Reading <bdi title={hashing.name}>{hashing.name}</bdi>
        </span>
        <span>{formatBytes(hashing.doneBytes)} of {formatBytes(hashing.totalBytes)}</span>
        {hashing.waitingCount === 0 ? null : <span>{formatCount(hashing.waitingCount, "file")} to go</span>}
      </p>
      <ProgressBar done={hashing.doneBytes} total={hashing.totalBytes} label={`Reading ${hashing.name}`} />
    </div>
  );
}

function FileTable({ files }: { readonly files: readonly SharedFileView[] }): JSX.Element {
  return (
    <DataTable
      rows={files}
      keyOf={({ infoHash }) => infoHash}
      rowTestId={({ infoHash }) => `shared-${infoHash}`}
      head={{
        label: "File",
        cell: ({ infoHash, name, kind }) => (
          <FileName name={name} kind={kind} playAt={formatRoute({ type: "play", infoHash, index: 0 })} />
        ),
      }}
      columns={[
        { label: "Size", isNumber: true, cell: ({ sizeBytes }) => formatBytes(sizeBytes) },
        { label: "Given to others", isNumber: true, cell: ({ uploadedBytes }) => formatBytes(uploadedBytes) },
      ]}
    />
  );
}
