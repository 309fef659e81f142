/**
 * What a person calls a peer, such as `Anna's laptop`: the rule for such a name, the same where it is set and where it is
 * believed.
 *
 * @module
 */

/** Characters of a name at most: it stands in a row of a table. */
export const MAX_DISPLAY_NAME_LENGTH = 40;

/** Control characters, halves of characters, line ends, and what turns the direction of the text around it (UAX 9). */
const REFUSED = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** A name without space around it, empty for none; or why it is refused, as a sentence. */
export type CheckedDisplayName =
  | { readonly type: "taken"; readonly name: string }
  | { readonly type: "refused"; readonly reason: string };

/** Brings a name into its form. Characters are counted as Unicode does (code points). */
export function checkDisplayName(text: string): CheckedDisplayName {
  const name = text.trim().normalize("NFC");
  if (REFUSED.test(name)) return { type: "refused", reason: "A name has no control characters." };
  // No string has fewer code units than code points: the long ones are not counted.
  const isLong = name.length > 2 * MAX_DISPLAY_NAME_LENGTH || [...name].length > MAX_DISPLAY_NAME_LENGTH;
  if (isLong) return { type: "refused", reason: `A name has at most ${MAX_DISPLAY_NAME_LENGTH} characters.` };
  return { type: "taken", name };
}
