/**
 * Which files this browser plays, as far as their names say.
 *
 * @module
 */
import { mediaByExtension } from "../../shared/media_kind.ts";

/** Containers that the program takes apart for the browser: what is in them mostly plays. */
const REPACKED: ReadonlySet<string> = new Set([
  "video/x-matroska",
  "audio/x-matroska",
  "video/quicktime",
  "video/mp2t",
]);

let known: readonly string[] | undefined;

/**
 * The extensions of files that this browser does not play, in lower case without the dot. Found out once.
 */
export function unplayableExtensions(): readonly string[] {
  if (known !== undefined) return known;
  const players = { audio: document.createElement("audio"), video: document.createElement("video") };
  known = [...mediaByExtension].filter(([, { kind, contentType }]) =>
    !REPACKED.has(contentType) && players[kind].canPlayType(contentType) === ""
  ).map(([extension]) => extension);
  return known;
}
