/**
 * Puts text on the clipboard, also where the browser's own interface for it is missing: it is there for pages of this
 * machine and of https alone, and a dashboard may be looked at from another machine.
 *
 * @module
 */

/**
 * Copies a text.
 *
 * @param text what to copy
 * @returns whether it is on the clipboard now
 */
export async function copyText(text: string): Promise<boolean> {
  if (navigator.clipboard !== undefined) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch (error) {
      // The user or a policy does not allow it; the old way may be allowed all the same.
      if (!(error instanceof DOMException)) throw error;
    }
  }
  return copySelection(text);
}

/** Copies as the user would: by a selection, of a field that nobody sees. */
function copySelection(text: string): boolean {
  const before = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "hidden";
  field.readOnly = true;
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  if (before instanceof HTMLElement) before.focus();
  return isCopied;
}
