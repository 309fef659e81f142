/**
 * The clients that the tracker knows, each with its files.
 *
 * @module
 */
import type { JSX } from "preact";
import type { ClientFileView, ClientView } from "../../../shared/dashboard_views.ts";
import { formatAgo, formatBytes, formatCount, percentDone } from "../../../shared/format.ts";
import { Icon } from "./icons.tsx";
import { ShowMore } from "./show_more.tsx";

/** Which clients. */
export interface ClientListProps {
  readonly clients: readonly ClientView[];
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
export function ClientList({ clients, step }: ClientListProps): JSX.Element {
  return (
    <div data-testid="clients">
      {clients.length === 0
        ? (
          <p class="facts">
            Nobody is here yet. Start a peer with --tracker and this computer's address, and it appears at once.
          </p>
        )
        : null}
      <ShowMore
        items={clients}
        step={step}
        noun="clients"
        render={(shown) => shown.map((client) => <Client key={client.peerId + client.endpoint} client={client} />)}
      />
    </div>
  );
}

function Client({ client }: { readonly client: ClientView }): JSX.Element {
  const sizeBytes = client.files.reduce((sum, file) => sum + file.sizeBytes, 0);
  return (
    <details class="client" data-testid={`client-${client.peerId}`} open={client.files.length < 6}>
      <summary>
        <span class="client-name">
          <Icon name="down" />
          <strong>{client.client}</strong>
          <span class="path">{client.endpoint}</span>
        </span>
        <span class="facts">
          <span>{formatCount(client.files.length, "file")}, {formatBytes(sizeBytes)}</span>
          <span>gave {formatBytes(client.uploadedBytes)}</span>
          <span>took {formatBytes(client.downloadedBytes)}</span>
          <span>seen {formatAgo(client.seenAtMs, Date.now())}</span>
        </span>
      </summary>
      <ShowMore
        items={client.files}
        step={FILES_STEP}
        noun="files"
        render={(shown) => (
          <ul class="plain-list">{shown.map((file) => <ClientFile key={file.infoHash} file={file} />)}</ul>
        )}
      />
    </details>
  );
}

function ClientFile({ file }: { readonly file: ClientFileView }): JSX.Element {
  const percent = percentDone(file.sizeBytes - file.leftBytes, file.sizeBytes);
  return (
    <li class="file-row" data-testid={`file-${file.infoHash}`}>
      <span class="file-link" title={file.name}>
        <Icon name={file.kind === "audio" ? "music" : file.kind === "video" ? "film" : "file"} />
        <span>{file.name}</span>
      </span>
      <span class="facts">{formatBytes(file.sizeBytes)} · {file.isSeeder ? "has it" : `has ${percent} %`}</span>
    </li>
  );
}
