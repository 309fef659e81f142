/**
 * The type of `@std/crypto/timing-safe-equal`, whose npm copy brings none. Import it so:
 *
 * ```ts
 * // @ts-types="../shared/timing_safe_equal.d.ts"
 * import { timingSafeEqual } from "@std/crypto/timing-safe-equal";
 * ```
 *
 * @module
 */

/**
 * Whether two byte strings are equal, in a time that depends on their lengths only.
 *
 * @param a One byte string; read, not kept.
 * @param b The other; read, not kept.
 * @returns false at once when the lengths differ, so compare digests when the length is a secret too.
 */
export function timingSafeEqual(
  a: ArrayBufferView | ArrayBufferLike | DataView,
  b: ArrayBufferView | ArrayBufferLike | DataView,
): boolean;
