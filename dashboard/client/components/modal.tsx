/**
 * A modal dialog on the browser's own `<dialog>`: it keeps the focus inside, closes with Escape, and gives the focus
 * back.
 *
 * @module
 */
import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { ActionButton } from "./action_button.tsx";

/** What a dialog shows. */
export interface ModalProps {
  readonly title: string;
  readonly children: ComponentChildren;
  /** The buttons at its foot. */
  readonly buttons: ComponentChildren;
  /** Called when the user leaves it in any way. */
  readonly onClose: () => void;
}

/**
 * A dialog, open for as long as it is rendered.
 *
 * @param props see {@link ModalProps}
 */
export function Modal({ title, children, buttons, onClose }: ModalProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  // Before anything is drawn: a key that follows at once is meant for the dialog.
  useLayoutEffect(() => dialog.current?.showModal(), []);
  const closeOnBackdrop = (event: MouseEvent) => {
    if (event.target === dialog.current) dialog.current?.close();
  };
  return (
    <dialog ref={dialog} class="modal" aria-label={title} onClose={onClose} onClick={closeOnBackdrop}>
      <div class="modal-content">
        <header class="modal-head">
          <h2>{title}</h2>
          <ActionButton label="Close" icon="close" isIconOnly weight="quiet" onAct={() => dialog.current?.close()} />
        </header>
        {children}
        <footer class="modal-buttons">{buttons}</footer>
      </div>
    </dialog>
  );
}
