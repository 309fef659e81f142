/**
 * Entity tags (RFC 9110, section 8.8.3) and the condition that asks whether one is known (section 13.1.2).
 *
 * @module
 */

/** Whether an If-None-Match field names this tag, by the weak comparison: the answer is then 304. */
export function matchesEntityTag(field: string | undefined, tag: string): boolean {
  if (field === undefined) return false;
  return field.split(",").map((item) => item.trim().replace(/^W\//, "")).some((item) => item === tag || item === "*");
}
