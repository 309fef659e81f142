/**
 * The schema of a path that a person gives, in a JSON body or a query.
 *
 * @module
 */
import * as v from "valibot";

/** The longest path we take: Linux's PATH_MAX; Windows' longest has 32,767 characters, and no chooser gives them. */
const MAX_PATH_LENGTH = 4096;

/** A text that may be a path; whether there is anything is for the disk to say. */
export const pathSchema: v.GenericSchema<string, string> = v.pipe(
  v.string(),
  v.nonEmpty("A path is needed."),
  v.maxLength(MAX_PATH_LENGTH),
  v.check((path) => !path.includes("\0"), "A path has no zero character."),
);
