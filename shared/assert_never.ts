/**
 * The end of every `switch` over a closed union: a variant that nobody handled is a type error here.
 *
 * @module
 */

/**
 * Never returns.
 *
 * @throws {TypeError} when a value got here that the types rule out (a new variant without its case)
 */
export function assertNever(value: never): never {
  throw new TypeError(`Cannot handle a variant as a known one: current value is ${JSON.stringify(value)}`);
}
