/**
 * The key of a private community: the first part of the path of every public route, and of the path that a UDP announce
 * carries (BEP 41). Compared in constant time.
 *
 * @module
 */
import { hash } from "node:crypto";
// @ts-types="../shared/timing_safe_equal.d.ts"
import { timingSafeEqual } from "@std/crypto/timing-safe-equal";

/** Characters that stand in a path as they are (RFC 3986, section 2.3), so nobody has to escape a key. */
const KEY_PATTERN = /^[A-Za-z0-9._~-]{1,128}$/;

/** Who may come in. */
export class AccessKey {
  /** `/<key>`, or nothing for an open community: what stands before every public path. */
  readonly pathPrefix: string;
  readonly #digest: Uint8Array | undefined;

  /**
   * The access that this key gives.
   *
   * @param key undefined for an open community
   * @throws {RangeError} unless it has 1 to 128 characters that stand in a URL as they are
   */
  constructor(key: string | undefined) {
    if (key !== undefined && !KEY_PATTERN.test(key)) {
      throw new RangeError(
        `Cannot use the key: it must have 1 to 128 letters, digits or -._~, current length is ${key.length}`,
      );
    }
    this.pathPrefix = key === undefined ? "" : `/${key}`;
    this.#digest = key === undefined ? undefined : digestOf(key);
  }

  /** Whether anybody may come in. */
  get isOpen(): boolean {
    return this.#digest === undefined;
  }

  /** What follows the key in a path, with its slash; undefined when the key is not the right one. */
  strip(path: string): string | undefined {
    if (this.#digest === undefined) return path;
    const end = path.indexOf("/", 1);
    const given = path.slice(1, end < 0 ? undefined : end);
    if (!timingSafeEqual(digestOf(given), this.#digest)) return undefined;
    return end < 0 ? "/" : path.slice(end);
  }
}

/** Digests are compared, so that not even the length of the key shows. */
function digestOf(key: string): Uint8Array {
  return Uint8Array.fromHex(hash("sha256", key, "hex"));
}
