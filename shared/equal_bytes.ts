/**
 * Byte strings compared by what they hold.
 *
 * @module
 */

/** Whether two byte strings are the same. Not constant in time: hashes of public content are no secret. */
export function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
