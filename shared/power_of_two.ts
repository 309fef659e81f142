/**
 * Powers of two: lengths of pieces, widths of Merkle trees and of the ranges asked of them.
 *
 * @module
 */

/** Whether a number is 1, 2, 4, 8 and so on. */
export function isPowerOfTwo(value: number): boolean {
  return value >= 1 && Number.isInteger(Math.log2(value)) && 2 ** Math.log2(value) === value;
}

/** The least power of two that is not below a number. */
export function nextPowerOfTwo(value: number): number {
  let power = 1;
  while (power < value) power *= 2;
  return power;
}
