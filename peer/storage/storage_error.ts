/**
 * What can go wrong between us and the disk, as one error with a closed code. The message is a sentence for the user.
 *
 * @module
 */

/**
 * `full`: no room left; `changed`: a file is not the one we verified; `missing`: it is gone; `denied`: we may not;
 * `inconsistent`: the torrent contradicts itself (its SHA-1 and SHA-256 cannot both be right); `io`: anything else.
 */
export type StorageErrorCode = "full" | "changed" | "missing" | "denied" | "inconsistent" | "io";

/** A failure of the disk, or a file that is not what it was. `path` is the file concerned, absent when there is none. */
export class StorageError extends Error {
  override readonly name = "StorageError";
  readonly code: StorageErrorCode;
  readonly path?: string;

  /** `message` is a sentence for the user; `path` the file that it is about. */
  constructor(code: StorageErrorCode, message: string, options?: ErrorOptions & { readonly path?: string }) {
    super(message, options);
    this.code = code;
    if (options?.path !== undefined) this.path = options.path;
  }
}
