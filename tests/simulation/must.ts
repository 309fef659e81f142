/**
 * An assertion for rules that are checked millions of times.
 *
 * @module
 */
import assert from "node:assert/strict";

/**
 * Asserts that a rule is kept; the words are only put together when it is broken.
 *
 * @throws {assert.AssertionError} when it is broken
 */
export function must(isKept: boolean | undefined, broken: string | (() => string)): asserts isKept {
  if (isKept !== true) assert.fail(typeof broken === "string" ? broken : broken());
}
