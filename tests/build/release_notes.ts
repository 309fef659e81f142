/**
 * Prints what changed in a version: the text of its release.
 *
 * @module
 */
import { changesOf } from "./changelog.ts";

if (import.meta.main) {
  const changelog = await Deno.readTextFile(new URL("../../CHANGELOG.md", import.meta.url));
  console.log(changesOf(changelog, Deno.args[0] ?? ""));
}
