/**
 * Byte strings of bencode as text: keys of dictionaries, which are bytes with one character each, so that comparing two
 * compares their bytes (BEP 3 sorts "as raw strings"), and names, which are UTF-8.
 *
 * @module
 */

/** A byte string as a dictionary key: one character (0 to 255) per byte. */
export function bytesToKey(bytes: Uint8Array): string {
  let key = "";
  for (const byte of bytes) key += String.fromCharCode(byte);
  return key;
}

/**
 * The bytes of a dictionary key; a fresh copy.
 *
 * @throws {TypeError} when a character is above 255, which no byte is
 */
export function keyToBytes(key: string): Uint8Array {
  const bytes = new Uint8Array(key.length);
  for (let index = 0; index < key.length; index++) {
    const code = key.charCodeAt(index);
    if (code > 0xff) {
      throw new TypeError(`Cannot use text as a dictionary key: current value is ${JSON.stringify(key)}`);
    }
    bytes[index] = code;
  }
  return bytes;
}

const TEXT_DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

/** The text of a byte string: UTF-8, with U+FFFD for what is not. */
export function bytesToText(bytes: Uint8Array): string {
  return TEXT_DECODER.decode(bytes);
}
