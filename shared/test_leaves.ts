/**
 * Leaves of Merkle trees, for tests.
 *
 * @module
 */
import { HASH_LENGTH, hashLeaf } from "./merkle.ts";

/** Leaves that differ from each other: leaf `i` is the hash of its index. */
export function leavesOf(count: number): Uint8Array {
  const leaves = new Uint8Array(count * HASH_LENGTH);
  for (let index = 0; index < count; index++) {
    leaves.set(hashLeaf(Uint8Array.of(index % 256, Math.floor(index / 256))), index * HASH_LENGTH);
  }
  return leaves;
}
