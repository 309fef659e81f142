/**
 * Which kinds of track the containers hold that may carry both sound and pictures: ISO media files (MP4, M4A, MOV; ISO
 * 14496-12), Matroska and WebM (RFC 9559), and Ogg (RFC 3533). Only the head of the file is looked at; any bytes give an
 * answer, and every loop steps forward, so that nothing in them costs more than their length.
 *
 * @module
 */

/** What was found of a container's tracks. */
export interface TrackKinds {
  /** At least one to hear. */
  readonly isAudio: boolean;
  /** At least one to see. */
  readonly isVideo: boolean;
  /** Whether the whole list of tracks lay in the head: what was not found is not there. */
  readonly isComplete: boolean;
}

/** What the head of an ISO media file says. */
export interface IsoMediaGuess {
  /** Its tracks; a brand that is for audio only counts as all of them. */
  readonly tracks: TrackKinds;
  /** A still picture in the same wrapping (HEIF, AVIF). */
  readonly isImage: boolean;
  /** An Apple QuickTime movie. */
  readonly isQuickTime: boolean;
}

/** What the head of a Matroska or WebM file says. */
export interface EbmlGuess {
  /** Its tracks. */
  readonly tracks: TrackKinds;
  /** Whether it calls itself WebM. */
  readonly isWebm: boolean;
}

/** Nothing known of any track. */
const UNKNOWN_TRACKS: TrackKinds = { isAudio: false, isVideo: false, isComplete: false };

/** First boxes of an ISO media file; those before the brand existed start with the others. */
const FIRST_BOXES: ReadonlySet<string> = new Set(["ftyp", "moov", "mdat", "wide", "styp", "pnot"]);

/** Brands of files for listening (Apple): a cover or chapter pictures in them are no film. */
const AUDIO_BRANDS: ReadonlySet<string> = new Set(["M4A ", "M4B ", "M4P ", "F4A ", "F4B "]);

/** Brands of still pictures and their sequences (ISO 23008-12, AVIF, Canon raw). */
const IMAGE_BRANDS: ReadonlySet<string> = new Set([
  "heic",
  "heix",
  "heim",
  "heis",
  "mif1",
  "msf1",
  "avif",
  "avis",
  "crx ",
]);

/** Boxes between the top and a track's handler. */
const TRACK_PARENTS: ReadonlySet<string> = new Set(["moov", "trak", "mdia"]);

/** The tracks of an ISO media file, or `undefined` when the head is none. */
export function sniffIsoMedia(head: Uint8Array): IsoMediaGuess | undefined {
  if (head.length < 8 || !FIRST_BOXES.has(textAt(head, 4, 4))) return undefined;
  const brand = textAt(head, 4, 4) === "ftyp" ? textAt(head, 8, 4) : "qt  ";
  const isQuickTime = brand === "qt  ";
  if (AUDIO_BRANDS.has(brand)) {
    return { tracks: { isAudio: true, isVideo: false, isComplete: true }, isImage: false, isQuickTime };
  }
  return { tracks: isoTracks(head), isImage: IMAGE_BRANDS.has(brand), isQuickTime };
}

/** Walks the boxes; the handlers of tracks say `vide` or `soun` (ISO 14496-12 section 8.4.3). */
function isoTracks(head: Uint8Array): TrackKinds {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  let isAudio = false;
  let isVideo = false;
  let isComplete = false;
  for (let offset = 0; offset + 8 <= head.length;) {
    const type = textAt(head, offset + 4, 4);
    let headerLength = 8;
    let length = view.getUint32(offset);
    if (length === 1 && offset + 16 <= head.length) {
      headerLength = 16;
      length = Number(view.getBigUint64(offset + 8));
    }
    if (type === "hdlr") {
      const handler = textAt(head, offset + headerLength + 8, 4);
      if (handler === "soun") isAudio = true;
      if (handler === "vide") isVideo = true;
    }
    if (type === "moov") isComplete = offset + length <= head.length;
    if (TRACK_PARENTS.has(type)) offset += headerLength;
    // A length of 0 says that the box goes on to the end of the file; one below 8 says nothing.
    else if (length < headerLength) break;
    else offset += length;
  }
  return { isAudio, isVideo, isComplete };
}

/** Element ids of Matroska (RFC 9559 section 5), with their length markers. */
const EBML = 0x1a45dfa3;
const DOC_TYPE = 0x4282;
const SEGMENT = 0x18538067;
const TRACKS = 0x1654ae6b;
const TRACK_ENTRY = 0xae;
const TRACK_TYPE = 0x83;

/** Elements whose children are walked. */
const EBML_PARENTS: ReadonlySet<number> = new Set([EBML, SEGMENT, TRACKS, TRACK_ENTRY]);

/** The tracks of a Matroska or WebM file, or `undefined` when the head is none. */
export function sniffEbml(head: Uint8Array): EbmlGuess | undefined {
  if (elementAt(head, 0)?.id !== EBML) return undefined;
  let tracks = UNKNOWN_TRACKS;
  let isWebm = false;
  for (let offset = 0; offset < head.length;) {
    const element = elementAt(head, offset);
    if (element === undefined) break;
    const { id, start, length } = element;
    if (id === DOC_TYPE) isWebm = textAt(head, start, length) === "webm";
    if (id === TRACKS) tracks = { ...tracks, isComplete: start + length <= head.length };
    // Types 1 and 2 are pictures and sound (RFC 9559 section 5.1.4.1.3).
    if (id === TRACK_TYPE && head[start] === 1) tracks = { ...tracks, isVideo: true };
    if (id === TRACK_TYPE && head[start] === 2) tracks = { ...tracks, isAudio: true };
    offset = EBML_PARENTS.has(id) ? start : start + length;
  }
  return { tracks, isWebm };
}

/** An element: its id with the marker, where its data starts, and the length of that (`Infinity`: not known). */
function elementAt(head: Uint8Array, offset: number): { id: number; start: number; length: number } | undefined {
  const idLength = variableLength(head[offset], 4);
  const sizeLength = variableLength(head[offset + idLength], 8);
  const start = offset + idLength + sizeLength;
  if (idLength === 0 || sizeLength === 0 || start > head.length) return undefined;
  const id = bigEndian(head.subarray(offset, offset + idLength));
  // The marker goes first: with it eight bytes are more than a number holds exactly.
  const markedSize = head.slice(offset + idLength, start);
  markedSize[0] = (markedSize[0] ?? 0) & (0xff >> sizeLength);
  const size = bigEndian(markedSize);
  // All ones is the size of a live stream's element, which ends where it ends (RFC 8794 section 6.2).
  return { id, start, length: size >= 2 ** (7 * sizeLength) - 1 ? Infinity : size };
}

/** Bytes of a variable-size integer by its first byte: leading zeros and one. 0 when it has more than `max`. */
function variableLength(first: number | undefined, max: number): number {
  const length = first === undefined || first === 0 ? 9 : Math.clz32(first) - 23;
  return length <= max ? length : 0;
}

function bigEndian(bytes: Uint8Array): number {
  let value = 0;
  for (const byte of bytes) value = value * 256 + byte;
  return value;
}

/** First bytes of a logical stream's first packet in Ogg, by which its codec is known. */
const OGG_AUDIO = ["\x01vorbis", "OpusHead", "\x7fFLAC", "Speex   ", "PCM     "];
const OGG_VIDEO = ["\x80theora", "BBCD", "OVP80", "\x01video"];

/** Bytes of the fixed part of an Ogg page's header (RFC 3533 section 6). */
const OGG_HEADER_LENGTH = 27;

/** The logical streams of an Ogg file, or `undefined` when the head is none. */
export function sniffOgg(head: Uint8Array): TrackKinds | undefined {
  if (textAt(head, 0, 4) !== "OggS") return undefined;
  let isAudio = false;
  let isVideo = false;
  for (let offset = 0; textAt(head, offset, 4) === "OggS";) {
    const segmentCount = head[offset + OGG_HEADER_LENGTH - 1] ?? 0;
    const start = offset + OGG_HEADER_LENGTH + segmentCount;
    // First pages of all streams come before any other page (RFC 3533 section 4).
    if (((head[offset + 5] ?? 0) & 2) === 0) return { isAudio, isVideo, isComplete: true };
    if (OGG_AUDIO.some((magic) => textAt(head, start, magic.length) === magic)) isAudio = true;
    if (OGG_VIDEO.some((magic) => textAt(head, start, magic.length) === magic)) isVideo = true;
    const lacing = head.subarray(offset + OGG_HEADER_LENGTH, start);
    offset = start + lacing.reduce((sum, length) => sum + length, 0);
  }
  return { isAudio, isVideo, isComplete: isAudio };
}

/** The characters of these bytes, fewer at the end of the head. */
function textAt(bytes: Uint8Array, offset: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(offset, Math.min(offset + length, offset + 16)));
}
