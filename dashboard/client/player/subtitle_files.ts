/**
 * The subtitles of a film: those that the peer knows of, and those that a person chose from the disk.
 *
 * @module
 */
import type { SubtitleView } from "../../../shared/media_description.ts";
import { MAX_SUBTITLE_LENGTH, webVttOf } from "../../../shared/subtitles.ts";

/**
 * Takes a file that a person chose as subtitles.
 *
 * @param file a .srt or .vtt file
 * @returns its view, whose address holds the text until the page is left; or why it cannot be shown, as a sentence
 */
export async function subtitleOfFile(file: File): Promise<SubtitleView | string> {
  if (file.size > MAX_SUBTITLE_LENGTH) return `“${file.name}” is too large to be subtitles.`;
  const text = webVttOf(new Uint8Array(await file.arrayBuffer()));
  if (text === undefined) return `There are no subtitles in “${file.name}” that can be read (.srt or .vtt).`;
  return { url: URL.createObjectURL(new Blob([text], { type: "text/vtt" })), label: file.name };
}

/**
 * Shows one of the text tracks of a film, or none.
 *
 * @param video the film
 * @param url the address of the chosen one's `<track>`
 */
export function showTrack(video: HTMLVideoElement, url: string | undefined): void {
  for (const element of video.querySelectorAll("track")) {
    const isChosen = element.getAttribute("src") === url;
    // A track that is off is not even loaded.
    element.track.mode = isChosen ? "showing" : "disabled";
  }
}
