/**
 * What codecs are called by people.
 *
 * @module
 */

/** By the identifier in `mediabunny`, in Matroska (RFC 9559 section 5.1.4.1.21) or in MP4 (mp4ra.org), lower case. */
const NAMES: ReadonlyMap<string, string> = new Map(Object.entries({
  avc: "H.264",
  hevc: "H.265 (HEVC)",
  av1: "AV1",
  vp8: "VP8",
  vp9: "VP9",
  prores: "ProRes",
  v_mpeg1: "MPEG-1",
  v_mpeg2: "MPEG-2",
  "v_mpeg4/iso/asp": "MPEG-4 (DivX, Xvid)",
  "v_mpeg4/iso/sp": "MPEG-4 (DivX, Xvid)",
  "v_mpeg4/ms/v3": "MS-MPEG-4",
  "v_ms/vfw/fourcc": "a codec of Video for Windows",
  v_theora: "Theora",
  v_prores: "ProRes",
  "v_mpegi/iso/vvc": "H.266 (VVC)",
  mp4v: "MPEG-4 (DivX, Xvid)",
  aac: "AAC",
  opus: "Opus",
  mp3: "MP3",
  vorbis: "Vorbis",
  flac: "FLAC",
  ac3: "AC-3 (Dolby Digital)",
  eac3: "E-AC-3 (Dolby Digital Plus)",
  dts: "DTS",
  a_truehd: "TrueHD",
  a_mlp: "MLP",
  "a_mpeg/l2": "MP2",
  a_alac: "ALAC (Apple Lossless)",
  alac: "ALAC (Apple Lossless)",
  a_wavpack4: "WavPack",
  a_tta1: "TTA",
  "a_ms/acm": "a codec of Windows",
}));

/**
 * The name of a codec.
 *
 * @param id What the container, or `mediabunny`, calls it; a number or bytes where the container has no word.
 */
export function codecName(id: string | number | Uint8Array | null): string {
  if (typeof id !== "string" || id.trim() === "") return "an unknown codec";
  const name = NAMES.get(id.toLowerCase());
  if (name !== undefined) return name;
  return id.startsWith("pcm-") || id.startsWith("A_PCM") ? "PCM" : id.replace(/^[AV]_/, "");
}
