/**
 * The question before something is taken away.
 *
 * @module
 */
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { ActionButton } from "./action_button.tsx";
import { Modal } from "./modal.tsx";

/** What is asked. */
export interface ConfirmDialogProps {
  readonly title: string;
  /** What will happen, and what will not. */
  readonly text: string;
  /** The word on the button that does it. */
  readonly action: string;
  /** Something more that can be ticked. */
  readonly option?: string;
  /** Does it; the dialog closes when it is done. */
  readonly onConfirm: (options: { readonly withOption: boolean }) => Promise<void>;
  readonly onClose: () => void;
}

/**
 * A question with a way out.
 *
 * @param props see {@link ConfirmDialogProps}
 */
export function ConfirmDialog(props: ConfirmDialogProps): JSX.Element {
  const withOption = useSignal(false);
  const confirm = async () => {
    await props.onConfirm({ withOption: withOption.value });
    props.onClose();
  };
  return (
    <Modal
      title={props.title}
      onClose={props.onClose}
      buttons={
        <>
          <ActionButton label="Cancel" testId="cancel" onAct={props.onClose} />
          <ActionButton label={props.action} weight="danger" testId="confirm" onAct={confirm} />
        </>
      }
    >
      <p>{props.text}</p>
      {props.option === undefined ? null : (
        <label class="check">
          <input
            type="checkbox"
            data-testid="with-files"
            checked={withOption.value}
            onChange={(event) => withOption.value = event.currentTarget.checked}
          />
          <span>{props.option}</span>
        </label>
      )}
    </Modal>
  );
}
