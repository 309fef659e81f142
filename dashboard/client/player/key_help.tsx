/**
 * The keys of a player, as a list to look at.
 *
 * @module
 */
import type { JSX } from "preact";
import { KeyList } from "../components/key_list.tsx";
import { Modal } from "../components/modal.tsx";
import { keyHelp } from "./player_keys.ts";

/**
 * The list.
 *
 * @param props what closing does
 */
export function KeyHelp({ onClose }: { readonly onClose: () => void }): JSX.Element {
  return (
    <Modal title="Keys of the player" buttons={null} onClose={onClose}>
      <KeyList keys={keyHelp} testId="key-help" />
    </Modal>
  );
}
