/**
 * Choosing a folder of the computer on which the program runs.
 *
 * @module
 */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import type { FolderListing } from "../../../shared/dashboard_views.ts";
import { fetchFolders } from "../api.ts";
import { ApiProblem } from "../api_call.ts";
import { ActionButton } from "./action_button.tsx";
import { Icon } from "./icons.tsx";
import { Modal } from "./modal.tsx";
import { ShowMore } from "./show_more.tsx";

/** What is done with the choice. */
export interface FolderChooserProps {
  readonly onChoose: (path: string) => Promise<void>;
  readonly onClose: () => void;
  /** The words of the button that chooses. */
  readonly chooseLabel: string;
}

/**
 * A dialog that walks through the folders.
 *
 * @param props see {@link FolderChooserProps}
 */
export function FolderChooser({ onChoose, onClose, chooseLabel }: FolderChooserProps): JSX.Element {
  const wanted = useSignal<string | undefined>(undefined);
  const listing = useSignal<FolderListing | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  useEffect(() => {
    const ending = new AbortController();
    loadFolders(wanted.value, { ending, show: (next) => listing.value = next, fail: (text) => problem.value = text });
    return () => ending.abort();
  }, [wanted.value]);
  const open = (path: string) => {
    problem.value = undefined;
    wanted.value = path;
  };
  const here = listing.value;
  const choose = async () => {
    if (here === undefined) return;
    await onChoose(here.path);
    onClose();
  };
  return (
    <Modal
      title="Choose a folder"
      onClose={onClose}
      buttons={
        <>
          <ActionButton label="Cancel" onAct={onClose} />
          <ActionButton
            label={chooseLabel}
            weight="main"
            testId="folder-choose"
            isDisabled={here === undefined}
            onAct={choose}
          />
        </>
      }
    >
      <p class="path" data-testid="folder-path">{here?.path ?? "…"}</p>
      {problem.value === undefined ? null : <p class="wrong" role="alert">{problem.value}</p>}
      {here === undefined ? null : (
        <ul class="folders" aria-label="Folders inside">
          {here.parent === undefined
            ? null
            : <Folder name="Up one folder" icon="up" path={here.parent} onOpen={open} />}
          <ShowMore
            key={here.path}
            items={here.folders}
            step={200}
            noun="folders"
            render={(shown) =>
              shown.map((folder) => <Folder key={folder.path} {...folder} icon="folder" onOpen={open} />)}
          />
          {here.folders.length === 0 ? <li class="facts">No folders inside this one.</li> : null}
        </ul>
      )}
    </Modal>
  );
}

interface FolderProps {
  readonly name: string;
  readonly path: string;
  readonly icon: "up" | "folder";
  readonly onOpen: (path: string) => void;
}

function Folder({ name, path, icon, onOpen }: FolderProps): JSX.Element {
  return (
    <li>
      <button type="button" class="folder" onClick={() => onOpen(path)}>
        <Icon name={icon} />
        <span>{name}</span>
      </button>
    </li>
  );
}

interface LoadOptions {
  readonly ending: AbortController;
  readonly show: (listing: FolderListing) => void;
  readonly fail: (text: string) => void;
}

async function loadFolders(path: string | undefined, options: LoadOptions): Promise<void> {
  const { signal } = options.ending;
  try {
    options.show(await fetchFolders(path, { signal }));
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof ApiProblem)) throw error;
    options.fail(error.message);
  }
}
