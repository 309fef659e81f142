/**
 * Reads what a media file says of itself: tags and cover of music, tracks and length of both. Files come from anybody, so
 * whatever is wrong with one makes it a file of which nothing is known, never an error.
 *
 * @module
 */
import type { IAudioMetadata } from "music-metadata";
import type { MediaFacts, MediaTags } from "../../shared/media_description.ts";
import { describeAudioTrack, describeVideoTrack, openContainer } from "./container_input.ts";
import type { MediaFile } from "./media_file.ts";
import { type Picture, pictureOf } from "./picture.ts";
import { TagTokenizer } from "./tag_tokenizer.ts";
import { WaitingReader } from "./waiting_reader.ts";

/** What was read. */
export interface MediaReading {
  readonly facts: MediaFacts;
  /** The cover in its tags. */
  readonly picture?: Picture;
}

/** The longest text that is kept of a tag: titles are shorter, and nobody reads more on a card. */
const MAX_TEXT_LENGTH = 300;

/**
 * Reads a file, waiting for what is not here yet.
 *
 * @param file What to read; only its bytes and its type count.
 * @param options Ends the waiting.
 * @returns What was found, nothing for a file that is damaged or of a kind that we cannot read
 * @throws the signal's reason when it is aborted, and whatever the file's bytes throw when they will never come
 */
export async function readMedia(file: MediaFile, options: { readonly signal: AbortSignal }): Promise<MediaReading> {
  using reader = new WaitingReader(file.bytes, options);
  const container = await forgiving(() => readContainer(reader), { options, nothing: {} });
  if (file.kind !== "audio") return { facts: container };
  const tagged = await forgiving(() => readTags(reader, file), { options, nothing: { facts: {} } });
  return { ...tagged, facts: { ...tagged.facts, ...container } };
}

/** The libraries throw errors of many kinds at what is damaged; only that the bytes will not come is told on. */
async function forgiving<Result>(
  read: () => Promise<Result>,
  { options, nothing }: { readonly options: { readonly signal: AbortSignal }; readonly nothing: Result },
): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    options.signal.throwIfAborted();
    if (!(error instanceof Error) || error.name === "StorageError") throw error;
    return nothing;
  }
}

async function readContainer(reader: WaitingReader): Promise<MediaFacts> {
  using input = openContainer(reader);
  if (!await input.canRead()) return {};
  const { name: container } = await input.getFormat();
  const videoTracks = await Promise.all((await input.getVideoTracks()).map(describeVideoTrack));
  const audioTracks = await Promise.all((await input.getAudioTracks()).map(describeAudioTrack));
  // A container without a word of its length (a transport stream) says it by its last packets.
  const durationSeconds = await input.getDurationFromMetadata() ?? await input.computeDuration();
  return { container, tracks: [...videoTracks, ...audioTracks], ...positive({ durationSeconds }) };
}

async function readTags(reader: WaitingReader, file: MediaFile): Promise<MediaReading> {
  // Loaded with the first piece of music: a peer in video mode does without.
  const { parseFromTokenizer, selectCover } = await import("music-metadata");
  const tokenizer = new TagTokenizer(reader, { contentType: file.contentType });
  const metadata = await parseFromTokenizer(tokenizer, { duration: false, skipPostHeaders: false });
  const cover = selectCover(metadata.common.picture);
  const picture = cover === null ? undefined : pictureOf(cover.data);
  const facts = { ...tagsOf(metadata), ...positive({ durationSeconds: metadata.format.duration }) };
  return { facts, ...(picture === undefined ? {} : { picture }) };
}

function tagsOf({ common }: IAudioMetadata): MediaTags {
  const { title, artist, albumartist: albumArtist, album } = common;
  const texts = Object.entries({ title, artist, albumArtist, album }).flatMap(([key, value]) => {
    const clean = value?.toWellFormed().replace(/\s+/g, " ").trim().slice(0, MAX_TEXT_LENGTH) ?? "";
    return clean === "" ? [] : [[key, clean]];
  });
  return {
    ...Object.fromEntries(texts),
    ...positive({ trackNumber: common.track.no, discNumber: common.disk.no, year: common.year }),
  };
}

/** The numbers that are there and above 0; what a file says may be anything. */
function positive<Key extends string>(values: Readonly<Record<Key, number | null | undefined>>): Partial<
  Record<Key, number>
> {
  const there: Partial<Record<Key, number>> = {};
  for (const key in values) {
    const value = values[key];
    if (typeof value === "number" && Number.isFinite(value) && value > 0) there[key] = value;
  }
  return there;
}
