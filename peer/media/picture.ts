/**
 * Pictures of media files, as they are taken from tags and from browsers: only of the types that every browser shows
 * and none runs, known by their first bytes and not by what somebody says of them.
 *
 * @module
 */
import { createHash } from "node:crypto";

/** The largest picture that is kept: covers have some hundred kB, a scan in full size a few MB that no card needs. */
export const MAX_PICTURE_LENGTH: number = 2 * 1024 * 1024;

/** A picture to show. */
export interface Picture {
  /** 128 bits of the SHA-256 of its bytes, in hex. */
  readonly hash: string;
  readonly contentType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** How each type begins: PNG (section 5.2 of its specification), JPEG (ISO 10918-1 annex B), WebP and AVIF containers. */
const TYPES: readonly { readonly contentType: string; readonly pattern: RegExp }[] = [
  { contentType: "image/jpeg", pattern: /^\xff\xd8\xff/ },
  { contentType: "image/png", pattern: /^\x89PNG\r\n/ },
  { contentType: "image/gif", pattern: /^GIF8[79]a/ },
  { contentType: "image/webp", pattern: /^RIFF[^]{4}WEBP/ },
  { contentType: "image/avif", pattern: /^[^]{4}ftypavi[fs]/ },
];

/**
 * Takes bytes as a picture.
 *
 * @param bytes Any bytes; copied.
 * @returns undefined when they are none, or too many
 */
export function pictureOf(bytes: Uint8Array): Picture | undefined {
  if (bytes.length > MAX_PICTURE_LENGTH) return undefined;
  const head = String.fromCharCode(...bytes.subarray(0, 16));
  const type = TYPES.find(({ pattern }) => pattern.test(head));
  if (type === undefined) return undefined;
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 32);
  return { hash, contentType: type.contentType, bytes: new Uint8Array(bytes) };
}
