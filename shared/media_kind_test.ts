import assert from "node:assert/strict";
import fc from "fast-check";
import { mediaKind, mediaKindByName, SNIFF_LENGTH } from "./media_kind.ts";

/** The bytes of parts, each bytes or text of one character per byte. */
function join(...parts: readonly (string | Uint8Array | readonly number[])[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === "string" ? Array.from(part, (character) => character.charCodeAt(0)) : Array.from(part)
    ),
  );
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** A box of ISO 14496-12; `claimed` is a length other than the true one. */
function box(type: string, content: Uint8Array, claimed = content.length + 8): Uint8Array {
  return join(uint32(claimed), type, content);
}

function track(handler: string): Uint8Array {
  return box("trak", box("mdia", box("hdlr", join(new Uint8Array(8), handler, new Uint8Array(13)))));
}

const ftyp = (brand: string) => box("ftyp", join(brand, uint32(0), "isom"));
const moov = (...handlers: readonly string[]) =>
  box("moov", join(box("mvhd", new Uint8Array(100)), ...handlers.map(track)));

/** An element of Matroska with a size of eight bytes, as ffmpeg writes them. */
function element(id: readonly number[], content: Uint8Array, size = content.length): Uint8Array {
  return join(id, [1, 0, 0, 0], uint32(size), content);
}

function matroska(docType: string, ...trackTypes: readonly number[]): Uint8Array {
  const entries = trackTypes.map((type) => element([0xae], join([0xd7, 0x81, 1], [0x83, 0x81, type])));
  const tracks = element([0x16, 0x54, 0xae, 0x6b], join(...entries));
  const header = element([0x1a, 0x45, 0xdf, 0xa3], join([0x42, 0x82, 0x80 + docType.length], docType));
  return join(header, [0x18, 0x53, 0x80, 0x67, 0xff], element([0xec], new Uint8Array(80)), tracks);
}

/** First pages of the streams of an Ogg file, and one page of data. */
function ogg(...packets: readonly string[]): Uint8Array {
  const page = (flags: number, packet: string) =>
    join("OggS", [0, flags], new Uint8Array(20), [1, packet.length], packet);
  return join(...packets.map((packet) => page(2, packet)), page(0, "data"));
}

/** Frames of MPEG-1 layer III, 128 kbit/s at 44.1 kHz: 417 bytes each. */
function mp3Frames(count: number): Uint8Array {
  const frame = join([0xff, 0xfb, 0x90, 0x00], new Uint8Array(413));
  return join(...Array.from({ length: count }, () => frame));
}

const id3 = (length: number) => join("ID3", [4, 0, 0, 0, 0, length >> 7, length & 127], new Uint8Array(length));

const guess = (head: Uint8Array, name: string) => {
  const { kind, contentType } = mediaKind(head, name);
  return `${kind} ${contentType}`;
};

Deno.test("content comes before the name", () => {
  assert.equal(guess(mp3Frames(3), "film.mp4"), "audio audio/mpeg");
  assert.equal(guess(join(id3(300), mp3Frames(3)), "film.mp4"), "audio audio/mpeg");
  assert.equal(guess(id3(300).subarray(0, 100), "film.mp4"), "audio audio/mpeg", "a tag longer than the head");
  assert.equal(guess(join(id3(300), "fLaC"), "film.mp4"), "audio audio/flac");
  assert.equal(guess(join(ftyp("isom"), moov("vide", "soun")), "song.mp3"), "video video/mp4");
  assert.equal(guess(join([0x89], "PNG\r\n\x1a\n"), "film.mp4"), "other application/octet-stream");
});

Deno.test("MP4: tracks, brands, and the index at the end", () => {
  assert.equal(guess(join(ftyp("isom"), moov("soun")), "x.mp4"), "audio audio/mp4");
  assert.equal(
    guess(join(ftyp("isom"), box("free", new Uint8Array(9)), moov("soun", "vide")), "x.m4a"),
    "video video/mp4",
  );
  assert.equal(guess(join(ftyp("M4A "), moov("soun", "vide")), "x.mp4"), "audio audio/mp4", "the picture is a cover");
  const indexAtEnd = (brand: string) => join(ftyp(brand), box("mdat", new Uint8Array(50), 10_000_000));
  assert.equal(guess(indexAtEnd("M4A "), "x.mp4"), "audio audio/mp4");
  assert.equal(guess(indexAtEnd("M4B "), "x"), "audio audio/mp4");
  assert.equal(guess(indexAtEnd("isom"), "x.m4a"), "audio audio/mp4");
  assert.equal(guess(indexAtEnd("isom"), "x.mp4"), "video video/mp4");
  assert.equal(guess(indexAtEnd("isom"), "x"), "video video/mp4");
  const cut = join(ftyp("isom"), moov("soun", "vide")).subarray(0, 220);
  assert.equal(guess(cut, "x.mp4"), "video video/mp4", "a list of tracks that is cut short proves nothing");
  assert.equal(guess(join(ftyp("qt  "), moov("vide")), "x.mov"), "video video/quicktime");
  assert.equal(guess(join(ftyp("avif"), moov("pict")), "x.mp4"), "other application/octet-stream");
  const large = join(ftyp("isom"), uint32(1), "mdat", uint32(0), uint32(20), new Uint8Array(4), moov("soun"));
  assert.equal(guess(large, "x.mp4"), "audio audio/mp4", "lengths of 64 bits");
});

Deno.test("Matroska and WebM: track types", () => {
  assert.equal(guess(matroska("webm", 1, 2), "x.webm"), "video video/webm");
  assert.equal(guess(matroska("webm", 2), "x.webm"), "audio audio/webm");
  assert.equal(guess(matroska("matroska", 2), "x.mkv"), "audio audio/x-matroska");
  assert.equal(guess(matroska("matroska", 2, 17, 1), "x.mka"), "video video/x-matroska");
  const noTracks = matroska("matroska", 1).subarray(0, 60);
  assert.equal(guess(noTracks, "x.mkv"), "video video/x-matroska");
  assert.equal(guess(noTracks, "x.mka"), "audio audio/x-matroska");
});

Deno.test("Ogg: the streams' first packets", () => {
  assert.equal(guess(ogg("\x01vorbis..."), "x.ogv"), "audio audio/ogg");
  assert.equal(guess(ogg("OpusHead..."), "x"), "audio audio/ogg");
  assert.equal(guess(ogg("fishead\0", "\x80theora...", "\x01vorbis..."), "x.ogg"), "video video/ogg");
});

Deno.test("formats with a signature", () => {
  const signatures: readonly (readonly [Uint8Array, string])[] = [
    [join("fLaC"), "audio audio/flac"],
    [join("RIFF", uint32(9), "WAVEfmt "), "audio audio/wav"],
    [join("RIFF", uint32(9), "AVI LIST"), "video video/x-msvideo"],
    [join("FORM", uint32(9), "AIFF"), "audio audio/aiff"],
    [join([0, 0, 1, 0xba]), "video video/mpeg"],
    [join("FLV\x01\x05"), "video video/x-flv"],
    [join("FLV\x01\x04"), "audio video/x-flv"],
    [join("PK\x03\x04"), "other application/octet-stream"],
  ];
  for (const [head, expected] of signatures) assert.equal(guess(head, "x.mp4"), expected);
  const asf = join([0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11, 0xa6, 0xd9, 0, 0xaa, 0, 0x62, 0xce, 0x6c]);
  const video = [0xc0, 0xef, 0x19, 0xbc, 0x4d, 0x5b, 0xcf, 0x11, 0xa8, 0xfd, 0, 0x80, 0x5f, 0x5c, 0x44, 0x2b];
  assert.equal(guess(asf, "x"), "audio audio/x-ms-wma");
  assert.equal(guess(join(asf, [0xc0, 1, 2], video), "x"), "video video/x-ms-wmv");
});

Deno.test("frames and packets that chain, and bytes that only look like one", () => {
  const adts = join([0xff, 0xf1, 0x50, 0x80, 0x01, 0x9f, 0xfc], new Uint8Array(5));
  assert.equal(guess(join(adts, adts), "x.mp4"), "audio audio/aac");
  const packets = join(...Array.from({ length: 4 }, () => join([0x47], new Uint8Array(187))));
  assert.equal(guess(packets, "x"), "video video/mp2t");
  const timed = join(...Array.from({ length: 4 }, () => join([0, 0, 0, 0, 0x47], new Uint8Array(187))));
  assert.equal(guess(timed, "x"), "video video/mp2t");
  const lookalike = join([0xff, 0xfb, 0x90, 0x00], new Uint8Array(1_000));
  assert.equal(guess(lookalike, "x.bin"), "other application/octet-stream");
  assert.equal(guess(join([0xff, 0xfe], "U\0T\0F\0"), "x.txt"), "other application/octet-stream");
});

Deno.test("the name decides where the content says nothing", () => {
  assert.equal(mediaKindByName("A.Film.MP4").kind, "video");
  assert.equal(mediaKindByName("song.Opus").kind, "audio");
  assert.deepEqual(mediaKindByName("A.Film.en.SRT"), { kind: "subtitles", contentType: "application/x-subrip" });
  assert.deepEqual(mediaKindByName("A Film.vtt"), { kind: "subtitles", contentType: "text/vtt" });
  assert.equal(mediaKindByName("mp3").kind, "other", "no extension");
  assert.equal(mediaKindByName("constructor").kind, "other");
  assert.equal(mediaKind(new Uint8Array(0), "x.mkv").kind, "video");
  assert.equal(mediaKind(new Uint8Array(SNIFF_LENGTH), "x.mp3").kind, "audio");
});

Deno.test("property: any bytes give an answer, also cut and damaged ones of real formats", () => {
  const seeds = fc.constantFrom(
    join(ftyp("isom"), moov("soun", "vide")),
    matroska("webm", 1, 2),
    ogg("\x80theora", "\x01vorbis"),
    mp3Frames(3),
    join(id3(40), mp3Frames(2)),
  );
  const damaged = fc.tuple(seeds, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }), fc.nat()).map(
    ([seed, changes, cut]) => {
      const bytes = seed.slice(0, cut % (seed.length + 1));
      for (const [place, value] of changes) if (bytes.length > 0) bytes[place % bytes.length] = value;
      return bytes;
    },
  );
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 64 }), damaged), (head) => {
      assert.ok(["audio", "video", "other"].includes(mediaKind(head, "x.mp4").kind));
    }),
    { seed: 20_272, numRuns: 5_000 },
  );
});
