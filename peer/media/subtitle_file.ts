/**
 * A subtitle file that a film can be shown with, wherever it lies.
 *
 * @module
 */
import type { MediaFile } from "./media_file.ts";
import type { SubtitleName } from "./subtitle_names.ts";
import { WaitingReader } from "./waiting_reader.ts";

/** One subtitle file. */
export interface Subtitle extends SubtitleName {
  /** The file's name, by which it is asked for. */
  readonly name: string;
  /** Its bytes, waited for; undefined when it is gone or too long. */
  read(options: { readonly signal: AbortSignal }): Promise<Uint8Array | undefined>;
}

/** The bytes of a file of a torrent, waited for; undefined when there is no such file. */
export async function readWhole(
  file: MediaFile | undefined,
  options: { readonly signal: AbortSignal },
): Promise<Uint8Array | undefined> {
  if (file === undefined) return undefined;
  using reader = new WaitingReader(file.bytes, options);
  return await reader.read({ start: 0, end: file.bytes.length });
}
