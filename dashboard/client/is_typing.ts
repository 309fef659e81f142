/**
 * Whether a key is meant for a field that is being written in.
 *
 * @module
 */

/**
 * Whether letters typed there are text.
 *
 * @param target where a key was pressed
 */
export function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return target.type !== "checkbox" && target.type !== "radio";
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
