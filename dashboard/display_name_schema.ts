/**
 * The schema of a peer's name in a JSON body.
 *
 * @module
 */
import * as v from "valibot";
import { checkDisplayName } from "../shared/display_name.ts";

/** A text that is fit for a name; its output is in the form in which names are kept, empty for none. */
export const displayNameSchema: v.GenericSchema<string, string> = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const checked = checkDisplayName(dataset.value);
    if (checked.type === "taken") return checked.name;
    addIssue({ message: checked.reason });
    return NEVER;
  }),
);
