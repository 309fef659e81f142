/**
 * Whether a file is something to hear, to see, or to read beneath a film: by its content first, by its name only where
 * the content does not say. An .mp3 that is called .mp4 is audio, and a picture that is called .mp4 is none of it.
 *
 * @module
 */

import { isSubtitleName } from "./subtitles.ts";
import { sniffEbml, sniffIsoMedia, sniffOgg, type TrackKinds } from "./media_container.ts";

/** What a file is to a listener or a viewer. Subtitles are offered to the players of a film, never by themselves. */
export type MediaKind = (typeof MEDIA_KINDS)[number];

/** Every kind, for those who check what another program says. */
export const MEDIA_KINDS = ["audio", "video", "subtitles", "other"] as const;

/** The two kinds of peer: what its catalogue shows and its shares offer. */
export type PeerMode = "audio" | "video";

/** What a file seems to be. */
export interface MediaGuess {
  /** To hear, to see, to read beneath a film, or none of these. */
  readonly kind: MediaKind;
  /** For a `Content-Type` header (RFC 6838); `application/octet-stream` when unknown. */
  readonly contentType: string;
}

/** What a file seems to be that is played by itself. */
export interface PlayableGuess extends MediaGuess {
  readonly kind: PeerMode;
}

/** Bytes from the start of a file that {@link mediaKind} wants: track headers mostly lie within 64 KiB. */
export const SNIFF_LENGTH = 65_536;

/**
 * What a file of this name and these first bytes is. `head` may be shorter than {@link SNIFF_LENGTH}, or empty; any bytes
 * give an answer.
 */
export function mediaKind(head: Uint8Array, name: string): MediaGuess {
  const byName = mediaKindByName(name);
  return sniffContainer(head, byName) ?? sniffMagic(head) ?? sniffAudioFrames(head) ?? sniffTransport(head) ?? byName;
}

/** Whether a file of this kind is played by itself. */
export function isPlayableKind(kind: MediaKind): kind is PeerMode {
  return kind === "audio" || kind === "video";
}

/** Whether a catalogue lists a file of this kind among those that are asked for: subtitles only by their own name. */
export function isListed(kind: MediaKind, asked: PeerMode | "subtitles" | undefined): boolean {
  return asked === undefined ? kind !== "subtitles" : kind === asked;
}

/** What a file of this name should be. */
export function mediaKindByName(name: string): MediaGuess {
  if (isSubtitleName(name)) return /\.vtt$/i.test(name) ? WEB_VTT : SUB_RIP;
  const extension = /\.([^.]*)$/.exec(name)?.[1]?.toLowerCase() ?? "";
  return mediaByExtension.get(extension) ?? OTHER;
}

const OTHER: MediaGuess = { kind: "other", contentType: "application/octet-stream" };
const SUB_RIP: MediaGuess = { kind: "subtitles", contentType: "application/x-subrip" };
const WEB_VTT: MediaGuess = { kind: "subtitles", contentType: "text/vtt" };
const MP3: MediaGuess = { kind: "audio", contentType: "audio/mpeg" };
const ADTS: MediaGuess = { kind: "audio", contentType: "audio/aac" };
const FLAC: MediaGuess = { kind: "audio", contentType: "audio/flac" };
const TRANSPORT: MediaGuess = { kind: "video", contentType: "video/mp2t" };

/** Content types by extension in lower case, without the dot; the kind is the first half of the type. */
export const mediaByExtension: ReadonlyMap<string, PlayableGuess> = new Map(
  Object.entries({
    "audio/aac": "aac adts",
    "audio/ac3": "ac3 eac3",
    "audio/aiff": "aif aiff aifc",
    "audio/amr": "amr",
    "audio/basic": "au snd",
    "audio/flac": "flac",
    "audio/x-matroska": "mka",
    "audio/midi": "mid midi",
    "audio/mp4": "m4a m4b m4p m4r",
    "audio/mpeg": "mp3 mp2 mpa mpga",
    "audio/ogg": "ogg oga opus spx",
    "audio/vnd.dts": "dts",
    "audio/wav": "wav wave w64 rf64",
    "audio/webm": "weba",
    "audio/x-ape": "ape",
    "audio/x-caf": "caf",
    "audio/x-dsf": "dsf dff",
    "audio/x-ms-wma": "wma",
    "audio/x-musepack": "mpc",
    "audio/x-tta": "tta",
    "audio/x-wavpack": "wv",
    "video/3gpp": "3gp 3g2",
    "video/x-matroska": "mkv mk3d",
    "video/mp2t": "ts m2ts mts",
    "video/mp4": "mp4 m4v f4v",
    "video/mpeg": "mpg mpeg m2v vob",
    "video/ogg": "ogv ogm",
    "video/quicktime": "mov qt",
    "video/vnd.rn-realvideo": "rm rmvb",
    "video/webm": "webm",
    "video/x-flv": "flv",
    "video/x-ms-wmv": "wmv asf",
    "video/x-msvideo": "avi divx",
  }).flatMap(([contentType, extensions]) => {
    const kind: PeerMode = contentType.startsWith("audio/") ? "audio" : "video";
    return extensions.split(" ").map((extension): [string, PlayableGuess] => [extension, { kind, contentType }]);
  }),
);

/** Containers that hold sound as well as pictures: their tracks decide, and where the head has none of them the name. */
function sniffContainer(head: Uint8Array, byName: MediaGuess): MediaGuess | undefined {
  const iso = sniffIsoMedia(head);
  if (iso !== undefined) {
    if (iso.isImage) return OTHER;
    const kind = kindOfTracks(iso.tracks, byName);
    if (kind === "audio") return { kind, contentType: "audio/mp4" };
    return { kind, contentType: iso.isQuickTime ? "video/quicktime" : "video/mp4" };
  }
  const ebml = sniffEbml(head);
  if (ebml !== undefined) {
    const kind = kindOfTracks(ebml.tracks, byName);
    return { kind, contentType: `${kind}/${ebml.isWebm ? "webm" : "x-matroska"}` };
  }
  const ogg = sniffOgg(head);
  if (ogg === undefined) return undefined;
  const kind = kindOfTracks(ogg, byName);
  return { kind, contentType: `${kind}/ogg` };
}

/** Anything to see makes it a video; only a full list of tracks without a picture makes it audio against its name. */
function kindOfTracks(tracks: TrackKinds, byName: MediaGuess): "audio" | "video" {
  if (tracks.isVideo) return "video";
  if (tracks.isAudio && tracks.isComplete) return "audio";
  return byName.kind === "audio" ? "audio" : "video";
}

interface Magic {
  readonly text: string;
  readonly offset?: number;
  /** What stands at the start, where `offset` is somewhere behind it. */
  readonly start?: string;
  readonly guess: MediaGuess;
}

/** First bytes by which a format is known. `text` has one character per byte. */
const MAGICS: readonly Magic[] = [
  { text: "fLaC", guess: FLAC },
  { text: "WAVE", offset: 8, start: "RIFF", guess: { kind: "audio", contentType: "audio/wav" } },
  { text: "WAVE", offset: 8, start: "RF64", guess: { kind: "audio", contentType: "audio/wav" } },
  { text: "WAVE", offset: 8, start: "BW64", guess: { kind: "audio", contentType: "audio/wav" } },
  { text: "AVI ", offset: 8, start: "RIFF", guess: { kind: "video", contentType: "video/x-msvideo" } },
  { text: "AIFF", offset: 8, start: "FORM", guess: { kind: "audio", contentType: "audio/aiff" } },
  { text: "AIFC", offset: 8, start: "FORM", guess: { kind: "audio", contentType: "audio/aiff" } },
  { text: ".snd", guess: { kind: "audio", contentType: "audio/basic" } },
  { text: "MThd", guess: { kind: "audio", contentType: "audio/midi" } },
  { text: "#!AMR", guess: { kind: "audio", contentType: "audio/amr" } },
  { text: "caff\x00\x01", guess: { kind: "audio", contentType: "audio/x-caf" } },
  { text: "MAC ", guess: { kind: "audio", contentType: "audio/x-ape" } },
  { text: "MPCK", guess: { kind: "audio", contentType: "audio/x-musepack" } },
  { text: "MP+", guess: { kind: "audio", contentType: "audio/x-musepack" } },
  { text: "TTA1", guess: { kind: "audio", contentType: "audio/x-tta" } },
  { text: "wvpk", guess: { kind: "audio", contentType: "audio/x-wavpack" } },
  { text: "DSD \x1c\x00\x00\x00", guess: { kind: "audio", contentType: "audio/x-dsf" } },
  { text: "\x7f\xfe\x80\x01", guess: { kind: "audio", contentType: "audio/vnd.dts" } },
  { text: "\x00\x00\x01\xba", guess: { kind: "video", contentType: "video/mpeg" } },
  { text: "\x00\x00\x01\xb3", guess: { kind: "video", contentType: "video/mpeg" } },
  { text: ".RMF", guess: { kind: "video", contentType: "video/vnd.rn-realvideo" } },
  // What is certainly no media, whatever it is called.
  { text: "\x89PNG\r\n\x1a\n", guess: OTHER },
  { text: "\xff\xd8\xff", guess: OTHER },
  { text: "GIF8", guess: OTHER },
  { text: "WEBP", offset: 8, start: "RIFF", guess: OTHER },
  { text: "%PDF-", guess: OTHER },
  { text: "PK\x03\x04", guess: OTHER },
  { text: "Rar!\x1a\x07", guess: OTHER },
  { text: "7z\xbc\xaf\x27\x1c", guess: OTHER },
  { text: "\x1f\x8b\x08", guess: OTHER },
  { text: "\x7fELF", guess: OTHER },
  { text: "SQLite format 3\x00", guess: OTHER },
];

/** Object ids of ASF ("Advanced Systems Format" section 10): the header, and a stream of pictures. */
const ASF_HEADER = "\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c";
const ASF_VIDEO = "\xc0\xef\x19\xbc\x4d\x5b\xcf\x11\xa8\xfd\x00\x80\x5f\x5c\x44\x2b";

function sniffMagic(head: Uint8Array): MediaGuess | undefined {
  if (hasText(head, 0, ASF_HEADER)) {
    const isVideo = includesText(head, ASF_VIDEO);
    return isVideo
      ? { kind: "video", contentType: "video/x-ms-wmv" }
      : { kind: "audio", contentType: "audio/x-ms-wma" };
  }
  if (hasText(head, 0, "FLV\x01")) {
    // Bit 0 of the flags: there are pictures (Adobe FLV specification, annex E.2).
    return { kind: ((head[4] ?? 1) & 1) !== 0 ? "video" : "audio", contentType: "video/x-flv" };
  }
  return MAGICS.find(({ text, offset = 0, start = "" }) => hasText(head, 0, start) && hasText(head, offset, text))
    ?.guess;
}

/** MP3 and AAC have no header of a file, only frames, each of which tells where the next one starts. */
function sniffAudioFrames(head: Uint8Array): MediaGuess | undefined {
  if (!hasText(head, 0, "ID3")) return sniffFramesAt(head, 0);
  // The length of the tag: four times seven bits, without its own header (ID3v2.4 section 3.1).
  const [, , , , , , first = 0, second = 0, third = 0, fourth = 0] = head;
  const tagEnd = 10 + first * 0x20_0000 + second * 0x4000 + third * 0x80 + fourth;
  if (hasText(head, tagEnd, "fLaC")) return FLAC;
  return sniffFramesAt(head, tagEnd) ?? MP3;
}

/** Two frames in a row, or one whole one at the end of all: less would often be chance, like the mark before UTF-16. */
function sniffFramesAt(head: Uint8Array, offset: number): MediaGuess | undefined {
  for (
    const { frameLength, guess } of [{ frameLength: mp3FrameLength, guess: MP3 }, {
      frameLength: adtsFrameLength,
      guess: ADTS,
    }]
  ) {
    const length = frameLength(head, offset);
    if (length === undefined) continue;
    const next = offset + length;
    if (next > head.length) continue;
    if (next + 4 > head.length || frameLength(head, next) !== undefined) return guess;
  }
  return undefined;
}

/** Kilobits a second of MPEG-1 layer III, II, I and of MPEG-2 layer I, II and III (ISO 11172-3, ISO 13818-3). */
const BIT_RATES: readonly (readonly number[])[] = [
  [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];

/** Samples a second of MPEG-1; halved for MPEG-2, quartered for MPEG-2.5. */
const SAMPLE_RATES = [44_100, 48_000, 32_000];

/** Bytes of the MPEG audio frame at an offset, or `undefined` where none starts. */
function mp3FrameLength(head: Uint8Array, offset: number): number | undefined {
  const [sync = 0, kind = 0, rates = 0] = head.subarray(offset, offset + 4);
  const version = (kind >> 3) & 3; // 0: MPEG-2.5, 2: MPEG-2, 3: MPEG-1
  const layer = 4 - ((kind >> 1) & 3); // 1 to 3, 4 is reserved
  if (sync !== 0xff || (kind & 0xe0) !== 0xe0 || version === 1 || layer === 4) return undefined;
  const table = version === 3 ? 3 - layer : layer === 1 ? 3 : 4;
  const bitRate = BIT_RATES[table]?.[(rates >> 4) - 1];
  const fullRate = SAMPLE_RATES[(rates >> 2) & 3];
  if (bitRate === undefined || fullRate === undefined) return undefined;
  const sampleRate = version === 3 ? fullRate : version === 2 ? fullRate / 2 : fullRate / 4;
  const padding = (rates >> 1) & 1;
  if (layer === 1) return 4 * (Math.floor(12_000 * bitRate / sampleRate) + padding);
  const samplesPerByte = layer === 3 && version !== 3 ? 72_000 : 144_000;
  return Math.floor(samplesPerByte * bitRate / sampleRate) + padding;
}

/** Bytes of the ADTS frame at an offset (ISO 13818-7 section 6.2), or `undefined` where none starts. */
function adtsFrameLength(head: Uint8Array, offset: number): number | undefined {
  const [sync = 0, kind = 0, profile = 0, high = 0, middle = 0, low = 0] = head.subarray(offset, offset + 6);
  const sampleRateIndex = (profile >> 2) & 15;
  if (sync !== 0xff || (kind & 0xf6) !== 0xf0 || sampleRateIndex > 12) return undefined;
  const length = (high & 3) * 0x800 + middle * 8 + (low >> 5);
  return length < 7 ? undefined : length;
}

/** MPEG transport streams start each packet of 188 bytes with 0x47; on Blu-ray four bytes of time come before it. */
function sniffTransport(head: Uint8Array): MediaGuess | undefined {
  for (const { packetLength, offset } of [{ packetLength: 188, offset: 0 }, { packetLength: 192, offset: 4 }]) {
    const packets = [0, 1, 2, 3].map((packet) => head[offset + packet * packetLength]);
    if (packets.every((sync) => sync === 0x47)) return TRANSPORT;
  }
  return undefined;
}

function hasText(bytes: Uint8Array, offset: number, text: string): boolean {
  if (offset + text.length > bytes.length) return false;
  for (let index = 0; index < text.length; index++) {
    if (bytes[offset + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}

function includesText(bytes: Uint8Array, text: string): boolean {
  for (let offset = bytes.indexOf(text.charCodeAt(0)); offset >= 0;) {
    if (hasText(bytes, offset, text)) return true;
    offset = bytes.indexOf(text.charCodeAt(0), offset + 1);
  }
  return false;
}
