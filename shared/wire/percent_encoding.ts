/**
 * Byte strings in URLs (RFC 3986 section 2.1, BEP 3): info-hashes and peer ids in an announce are raw bytes, which
 * `URLSearchParams` and `encodeURIComponent` would take for text and destroy.
 *
 * Invariant: decoding what was encoded gives the same bytes, and decoding never fails.
 *
 * @module
 */

/** Letters, digits and `-._~` stand for themselves, every other byte becomes `%XX` (RFC 3986 section 2.3). */
export function percentEncode(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += ENCODED_BYTES[byte];
  return text;
}

/**
 * The bytes of a percent-encoded value. A `%` without two hex digits stands for itself, as does `+`; characters beyond
 * 255 become their UTF-8.
 *
 * @returns a new buffer
 */
export function percentDecode(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * MAX_BYTES_PER_UNIT);
  let length = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const escaped = code === PERCENT ? hexByte(text, index + 1) : undefined;
    if (escaped !== undefined) {
      bytes[length++] = escaped;
      index += 2;
    } else if (code <= 0xff) {
      bytes[length++] = code;
    } else {
      const character = String.fromCodePoint(text.codePointAt(index) ?? code);
      length += TEXT_ENCODER.encodeInto(character, bytes.subarray(length)).written;
      index += character.length - 1;
    }
  }
  return bytes.slice(0, length);
}

const TEXT_ENCODER = new TextEncoder();
const PERCENT = 0x25;
/** UTF-8 needs at most three bytes for one UTF-16 code unit. */
const MAX_BYTES_PER_UNIT = 3;
const UNRESERVED = /[A-Za-z0-9._~-]/;

const ENCODED_BYTES: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  return UNRESERVED.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
});

function hexByte(text: string, index: number): number | undefined {
  const high = hexDigit(text.charCodeAt(index));
  const low = hexDigit(text.charCodeAt(index + 1));
  return high === undefined || low === undefined ? undefined : high * 16 + low;
}

/** `charCodeAt` behind the end is NaN, which is no digit. */
function hexDigit(code: number): number | undefined {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : undefined;
}
