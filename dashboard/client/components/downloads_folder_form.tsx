/**
 * Where new downloads go: another folder, chosen, unless the command line says where.
 *
 * @module
 */
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import type { PeerStatus } from "../../../shared/dashboard_views.ts";
import { changeSettings } from "../api.ts";
import { useShell } from "../shell_context.ts";
import { ActionButton } from "./action_button.tsx";
import { FolderChooser } from "./folder_chooser.tsx";

/**
 * The form.
 *
 * @param props the peer, which has the folder
 */
export function DownloadsFolderForm({ status }: { readonly status: PeerStatus }): JSX.Element {
  const { notices } = useShell();
  const isChoosing = useSignal(false);
  const choose = async (path: string) => {
    await changeSettings({ downloadsFolder: path });
    notices.say(`New downloads go to “${path}” from now on.`);
  };
  return (
    <section class="panel">
      <h2>Folder for downloads</h2>
      <p class="path" data-testid="downloads-folder">{status.downloadsFolder}</p>
      {status.isDownloadsFolderFixed
        ? <p class="facts">Set when Playswarm was started. Start it without --downloads to choose here.</p>
        : (
          <>
            <p class="facts">What is being downloaded already stays where it is.</p>
            <ActionButton
              label="Choose another…"
              icon="folder"
              testId="downloads-choose"
              onAct={() => {
                isChoosing.value = true;
              }}
            />
          </>
        )}
      {isChoosing.value
        ? (
          <FolderChooser
            chooseLabel="Download to this folder"
            onChoose={choose}
            onClose={() => isChoosing.value = false}
          />
        )
        : null}
    </section>
  );
}
