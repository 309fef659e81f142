/**
 * The clients that the tracker knows, each with its files.
 *
 * @module
 */
import type { JSX } from "preact";
import type { ClientFileView, ClientView } from "../../../shared/tracker_dashboard_views.ts";
import { formatAgo, formatBytes, formatCount, percentDone } from "../../../shared/format.ts";
import { connectionWords } from "../client_words.ts";
import { FileName } from "./file_name.tsx";
import { Icon, type IconName } from "./icons.tsx";
import { ShowMore } from "./show_more.tsx";
import { StatePanel } from "./state_panel.tsx";

/** Which clients. */
export interface ClientListProps {
  readonly clients: readonly ClientView[];
  /** Which of them is the tracker's own library. */
  readonly libraryPeerId: string | undefined;
  /** Clients shown at once. */
  readonly step: number;
}

/** Files of one client shown at once. */
const FILES_STEP = 50;

/**
 * The clients; each opens to its files.
 *
 * @param props see {@link ClientListProps}
 */
export function ClientList({ clients, libraryPeerId, step }: ClientListProps): JSX.Element {
  return (
    <div data-testid="clients">
      {clients.length === 0
        ? (
          <StatePanel icon="people" title="Nobody is here yet" testId="clients-empty">
            <p>
              Start a peer with <code>--tracker</code> and this computer's address, and it appears at once.
            </p>
          </StatePanel>
        )
        : null}
      <ShowMore
        items={clients}
        step={step}
        noun="clients"
        render={(shown) =>
          shown.map((client) => (
            <Client
              key={client.peerId + client.endpoint}
              client={client}
              isLibrary={client.peerId === libraryPeerId}
            />
          ))}
      />
    </div>
  );
}

interface ClientProps {
  readonly client: ClientView;
  readonly isLibrary: boolean;
}

function Client({ client, isLibrary }: ClientProps): JSX.Element {
  const { files, fileCount } = client;
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const areAllListed = files.length >= fileCount;
  return (
    <details class="client" data-testid={`client-${client.peerId}`} open={fileCount > 0 && fileCount < 6}>
      <summary>
        <span class="client-name">
          <strong dir="auto">{client.name ?? client.client}</strong>
          {client.name === undefined ? null : <span>{client.client}</span>}
          <span class="path">{client.endpoint}</span>
        </span>
        <Role client={client} isLibrary={isLibrary} />
        <span class="facts">
          <span>
            {formatCount(fileCount, "file")}
            {areAllListed && fileCount > 0 ? `, ${formatBytes(sizeBytes)}` : ""}
          </span>
          <span>gave {formatBytes(client.uploadedBytes)}</span>
          <span>took {formatBytes(client.downloadedBytes)}</span>
          {connectionWords(client).map((words) => <span key={words}>{words}</span>)}
          <span>seen {formatAgo(client.seenAtMs, Date.now())}</span>
        </span>
        <Icon name="chevron" />
      </summary>
      {fileCount === 0 ? <p class="facts">It has announced no files.</p> : null}
      <ShowMore
        items={files}
        step={FILES_STEP}
        noun="files"
        render={(shown) => (
          <ul class="plain-list">{shown.map((file) => <ClientFile key={file.infoHash} file={file} />)}</ul>
        )}
      />
      {areAllListed
        ? null
        : <p class="facts">{formatCount(fileCount - files.length, "file")} more, not listed here.</p>}
    </details>
  );
}

/** What a client is to the others, as an icon with words. */
function Role({ client, isLibrary }: ClientProps): JSX.Element | null {
  const fetchingCount = client.files.filter((file) => !file.isSeeder).length;
  if (isLibrary) return <RoleMark icon="folder" text="This tracker's library" />;
  if (fetchingCount > 0) return <RoleMark icon="download" text={`Downloading ${formatCount(fetchingCount, "file")}`} />;
  return client.fileCount === 0 ? null : <RoleMark icon="check" text="Has all of its files" />;
}

function RoleMark({ icon, text }: { readonly icon: IconName; readonly text: string }): JSX.Element {
  return (
    <span class={`role role-${icon}`}>
      <Icon name={icon} />
      {text}
    </span>
  );
}

function ClientFile({ file }: { readonly file: ClientFileView }): JSX.Element {
  const percent = percentDone(file.sizeBytes - file.leftBytes, file.sizeBytes);
  return (
    <li class="file-row" data-testid={`file-${file.infoHash}`}>
      <FileName name={file.name} kind={file.kind} />
      <span class="facts">
        <span>{formatBytes(file.sizeBytes)}</span>
        <span>{file.isSeeder ? "has it" : `has ${percent} %`}</span>
      </span>
    </li>
  );
}
