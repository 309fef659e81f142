/**
 * Where the focus goes when what had it is taken away: to what stands beside it, so that the next one can be taken away
 * without a way through the whole page.
 *
 * @module
 */

/** What can have the focus. */
const FOCUSABLE = "a[href], button:not(:disabled), input:not(:disabled)";

/**
 * Gives the focus to the next element beside one that is about to go, else to the one before it, else to the page.
 *
 * @param leaving what goes
 */
export function focusNeighbour(leaving: Element | null): void {
  const beside = [leaving?.nextElementSibling, leaving?.previousElementSibling];
  const wanted = beside.map((element) => element?.querySelector<HTMLElement>(FOCUSABLE) ?? undefined)
    .find((element) => element !== undefined) ?? document.getElementById("page");
  // By then the dialog that asked is closed, and what it left is no longer there.
  requestAnimationFrame(() => requestAnimationFrame(() => wanted?.focus()));
}
