/**
 * Names from strangers, made safe for every disk: whatever comes in, what comes out is a plain name that stays in its
 * folder on Linux, macOS and Windows. Different names may become the same one; who lays out files must look for that.
 *
 * @module
 */

/** Bytes of a name: what ext4, APFS and NTFS have room for. */
const MAX_SEGMENT_LENGTH = 255;

/** Bytes of a whole path below its folder: Linux allows 4,096 and macOS 1,024, and the folder has a path of its own. */
const MAX_PATH_LENGTH = 800;

/** An extension of more bytes than this is a part of the name. */
const MAX_EXTENSION_LENGTH = 16;

/** What stands for a character that may not be. */
const SUBSTITUTE = "_";

/**
 * Separators, characters that Windows forbids, control characters, and the marks of writing direction by which `gpj.exe`
 * is shown as `exe.jpg`.
 */
// deno-lint-ignore no-control-regex -- control characters are what it looks for
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f/\\<>:"|?*\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** Devices of Windows, which opens them whatever the extension. */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)/i;

/**
 * A name that is safe as one part of a path: never empty, `.` or `..`; without separators and control characters; no
 * device of Windows; at most 255 bytes of UTF-8, of which the extension is kept. A safe name comes back as it is.
 */
export function safePathSegment(name: string): string {
  const replaced = name.toWellFormed().replace(FORBIDDEN, SUBSTITUTE);
  const trimmed = trim(shorten(trim(replaced), MAX_SEGMENT_LENGTH));
  if (trimmed === "") return SUBSTITUTE;
  return DEVICE.test(trimmed) ? trim(shorten(SUBSTITUTE + trimmed, MAX_SEGMENT_LENGTH)) : trimmed;
}

/**
 * The same for all parts of a path; never empty. Where folders nest deeper than a disk allows, inner ones are left out.
 */
export function safePath(path: readonly string[]): readonly string[] {
  const segments = path.map(safePathSegment);
  if (segments.length === 0) return [SUBSTITUTE];
  const lengthOf = (segment: string) => byteLength(segment) + 1;
  let length = segments.reduce((sum, segment) => sum + lengthOf(segment), 0);
  while (length > MAX_PATH_LENGTH && segments.length > 2) {
    for (const removed of segments.splice(-2, 1)) length -= lengthOf(removed);
  }
  return segments;
}

/** Windows drops spaces and dots at the end of a name, so that two names would be one file, and `..` another place. */
function trim(name: string): string {
  return name.trimStart().replace(/[\s.]+$/, "");
}

/** Cuts the name, not the extension, between characters. */
function shorten(name: string, maxLength: number): string {
  if (byteLength(name) <= maxLength) return name;
  const dot = name.lastIndexOf(".");
  const candidate = dot > 0 ? name.slice(dot) : "";
  const extension = byteLength(candidate) <= MAX_EXTENSION_LENGTH ? candidate : "";
  const stem = name.slice(0, name.length - extension.length);
  const bytes = new Uint8Array(maxLength - byteLength(extension));
  const { read } = new TextEncoder().encodeInto(stem, bytes);
  return stem.slice(0, read).trimEnd() + extension;
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
