/**
 * The version of the two programs, which they tell each other, other clients and the user.
 *
 * @module
 */
import project from "../deno.json" with { type: "json" };

/** As in `deno.json`: `1.2.3`. */
export const VERSION: string = project.version;
