/**
 * JSON from outside, which may be none.
 *
 * @module
 */

/** What a text says; undefined when it is no JSON (which itself has no such value). */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
