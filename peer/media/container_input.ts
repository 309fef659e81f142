/**
 * A media file as `mediabunny` takes it apart, read through a reader that waits for what is not here yet, or does not.
 *
 * @module
 */
import {
  CustomSource,
  FLAC,
  Input,
  type InputAudioTrack,
  type InputVideoTrack,
  MATROSKA,
  MP3,
  MP4,
  MPEG_TS,
  OGG,
  QTFF,
  WAVE,
  WEBM,
} from "mediabunny";
import type { MediaTrack } from "../../shared/media_description.ts";
import { codecName } from "./codec_names.ts";
import type { ByteRange } from "./range.ts";

/** What a container is read through. */
export interface ContainerReader {
  /** The file's length in bytes. */
  readonly length: number;
  /** Bytes of a window, fewer only at the file's end, in a buffer that the caller owns. */
  read(range: ByteRange): Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>;
}

/** What we read: all that lies in one file. Playlists (HLS) would make us fetch from addresses in a torrent. */
const FORMATS = [MP4, QTFF, MATROSKA, WEBM, MPEG_TS, OGG, MP3, FLAC, WAVE];

/** Bytes that are kept for reading them again: an index, and the packets of two tracks that lie side by side. */
const CACHE_LENGTH: number = 8 * 1024 * 1024;

/** The most that is read at once: above it is no packet of a film, but a length that somebody made up. */
const MAX_READ_LENGTH: number = 64 * 1024 * 1024;

/**
 * Opens a container; nothing is read yet. Dispose of it before the reader, which stays the caller's.
 *
 * @param reader Where its bytes come from. What that throws comes out of the call that needed the bytes.
 */
export function openContainer(reader: ContainerReader): Input {
  const source = new CustomSource({
    getSize: () => reader.length,
    read: (start, end) => {
      if (end - start > MAX_READ_LENGTH) {
        throw new RangeError(`Cannot read ${end - start} bytes as one part of a media file`);
      }
      return reader.read({ start, end });
    },
    maxCacheSize: CACHE_LENGTH,
    // Every read here has one who waits for it and is told.
    handleUnhandledError: () => {},
  });
  return new Input({ source, formats: FORMATS });
}

/** What a video's track is, in words for a player. */
export async function describeVideoTrack(track: InputVideoTrack): Promise<MediaTrack> {
  return {
    ...await describeTrack(track),
    type: "video",
    width: await track.getDisplayWidth(),
    height: await track.getDisplayHeight(),
  };
}

/** What a track of sound is, in words for a player. */
export async function describeAudioTrack(track: InputAudioTrack): Promise<MediaTrack> {
  return { ...await describeTrack(track), type: "audio", channelCount: await track.getNumberOfChannels() };
}

async function describeTrack(track: InputVideoTrack | InputAudioTrack): Promise<Omit<MediaTrack, "type">> {
  const codec = await track.getCodec();
  const codecString = codec === null ? null : await track.getCodecParameterString();
  const language = await track.getLanguageCode();
  const name = await track.getName();
  return {
    number: track.number,
    codec: codecName(codec ?? await track.getInternalCodecId()),
    ...(codecString === null ? {} : { codecString }),
    // "und": the container does not say (ISO 639-2).
    ...(language === "und" ? {} : { language }),
    ...(name === null || name === "" ? {} : { name }),
  };
}
