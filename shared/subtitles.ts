/**
 * Subtitles in the two formats that lie beside films: SubRip (.srt) and WebVTT (.vtt), the one that browsers show.
 *
 * @module
 */

/** The longest subtitle file that is read: those of a film have some 100 kB. */
export const MAX_SUBTITLE_LENGTH: number = 4 * 1024 * 1024;

/** `00:01:02,345 --> 00:01:04,000`, with a dot as well, hours left out, and whatever stands behind (SubRip positions). */
const TIMING =
  /^\s*(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[,.](\d{1,3})\s*-->\s*(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[,.](\d{1,3})/;

/** Whether a name is one of a subtitle file. */
export function isSubtitleName(name: string): boolean {
  return /\.(?:srt|vtt)$/i.test(name);
}

/**
 * A subtitle file as WebVTT (https://www.w3.org/TR/webvtt1/).
 *
 * @param bytes The file, of either format, in UTF-8, UTF-16 with a mark, or else Windows-1252, which old files are in.
 * @returns The text that a `<track>` takes; undefined when there is not one cue in it.
 */
export function webVttOf(bytes: Uint8Array): string | undefined {
  const text = decodeText(bytes).replace(/\r\n?/g, "\n");
  if (/^WEBVTT(?:[ \t\n]|$)/.test(text)) return text.includes("-->") ? text : undefined;
  const cues = text.split(/\n[ \t]*\n+/).flatMap((block) => cueOf(block.split("\n")));
  return cues.length === 0 ? undefined : `WEBVTT\n\n${cues.join("\n\n")}\n`;
}

/** The cue of a block of SubRip: a number, its time, its lines; none in a block without a time or a word. */
function cueOf(lines: readonly string[]): readonly string[] {
  const timingIndex = lines.findIndex((line) => TIMING.test(line));
  const times = TIMING.exec(lines[timingIndex] ?? "");
  const words = lines.slice(timingIndex + 1).map(cueLine).filter((line) => line !== "");
  if (times === null || words.length === 0) return [];
  const moment = (at: number) => {
    const part = (index: number, length: number) => (times[at + index] ?? "0").padStart(length, "0");
    return `${part(0, 2)}:${part(1, 2)}:${part(2, 2)}.${(times[at + 3] ?? "0").padEnd(3, "0")}`;
  };
  return [`${moment(1)} --> ${moment(5)}\n${words.join("\n")}`];
}

/** One line as WebVTT takes it: bold, italic and underlined stay, other tags and positions go. */
function cueLine(line: string): string {
  return line
    .replace(/\{\\[^}]*\}/g, "")
    .replace(/<(?!\/?[biu]>)[^>]*>/gi, "")
    .replace(/<(\/?)([biu])>/gi, (_, slash: string, letter: string) => `<${slash}${letter.toLowerCase()}>`)
    .replace(/-->/g, "→")
    .replace(/&(?!(?:amp|lt|gt|nbsp|lrm|rlm);)/g, "&amp;")
    .trim();
}

function decodeText(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    // The decoder's word for bytes that are not UTF-8.
    if (!(error instanceof TypeError)) throw error;
    return new TextDecoder("windows-1252").decode(bytes);
  }
}
