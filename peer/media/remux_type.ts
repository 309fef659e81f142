/**
 * Into which container a film is put for a browser.
 *
 * @module
 */
import type { MediaFacts } from "../../shared/media_description.ts";

/** The containers that browsers take piece by piece. */
export type RemuxType = "video/mp4" | "video/webm";

/** Codecs that browsers only take in WebM, by their names. */
const WEBM_CODECS: ReadonlySet<string> = new Set(["VP8", "Vorbis"]);

/** Containers that are worth it: all others are played as they are, or not at all. */
const CONTAINERS: ReadonlySet<string> = new Set(["Matroska", "WebM", "MPEG Transport Stream", "QuickTime File Format"]);

/**
 * The container to put a file into.
 *
 * @param facts What is known of it.
 * @returns undefined when it has no picture, or is in a container that we do not take apart or every browser takes
 */
export function remuxType({ container, tracks = [] }: MediaFacts): RemuxType | undefined {
  if (container === undefined || !CONTAINERS.has(container)) return undefined;
  if (!tracks.some((track) => track.type === "video" && track.codecString !== undefined)) return undefined;
  return tracks.some((track) => WEBM_CODECS.has(track.codec)) ? "video/webm" : "video/mp4";
}
