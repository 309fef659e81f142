/**
 * Takes a file that the browser sends into a shared folder: under a hidden name while it comes, then in its place at
 * once, so that the watcher never sees half a file.
 *
 * @module
 */
import { safePathSegment } from "../shared/safe_name.ts";
import { RequestError } from "./api/request_error.ts";

/** Bytes of a file's name: what ext4, APFS and NTFS have room for. */
const MAX_NAME_LENGTH = 255;

/** Characters of the longest extension that is kept when a name has to be cut: `.webm` has five. */
const MAX_EXTENSION_LENGTH = 16;

/** A file that was taken. */
export interface TakenFile {
  readonly name: string;
  readonly sizeBytes: number;
}

/** Where to put a file, and how long it will be. */
export interface TakeOptions {
  readonly folder: string;
  readonly name: string;
  /** What the sender says the length is; a body of another length is refused. */
  readonly length?: number;
  readonly signal: AbortSignal;
}

/**
 * Writes the body into the folder under a free name made of `name`.
 *
 * @throws RequestError 400 when the body ends early, 403 or 409 when the folder cannot be written to or is gone, 507 when
 * the disk is full; nothing is left behind then.
 */
export async function takeFile(body: ReadableStream<Uint8Array>, options: TakeOptions): Promise<TakenFile> {
  const { folder, length, signal } = options;
  const partial = `${folder}/.upload-${crypto.randomUUID()}.part`;
  try {
    const sizeBytes = await write(body, { path: partial, signal });
    if (length !== undefined && sizeBytes !== length) {
      throw new RequestError(400, `The upload ended after ${sizeBytes} of ${length} bytes`);
    }
    return { name: await putInPlace(partial, { folder, name: visibleName(options.name) }), sizeBytes };
  } catch (error) {
    await removeIfThere(partial);
    throw refusalOf(error, folder);
  }
}

async function write(
  body: ReadableStream<Uint8Array>,
  options: { readonly path: string; readonly signal: AbortSignal },
): Promise<number> {
  using file = await openNew(options.path, body);
  let length = 0;
  // The pipe ends by the signal, also while nothing comes. Not `pipeTo(file.writable)`: with `preventClose` that ends
  // before the last chunk is in the file (Deno 2.9.6).
  const parts = body.pipeThrough(new TransformStream<Uint8Array, Uint8Array>(), { signal: options.signal });
  for await (const chunk of parts) {
    for (let offset = 0; offset < chunk.length;) offset += await file.write(chunk.subarray(offset));
    length += chunk.length;
  }
  return length;
}

/** A body that nobody will read is let go. */
async function openNew(path: string, body: ReadableStream<Uint8Array>): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path, { write: true, createNew: true });
  } catch (error) {
    await body.cancel();
    throw error;
  }
}

/** Gives the finished file a free name; gives that. */
async function putInPlace(
  partial: string,
  options: { readonly folder: string; readonly name: string },
): Promise<string> {
  const name = await claimName(options.folder, options.name);
  const place = `${options.folder}/${name}`;
  try {
    await Deno.rename(partial, place);
    return name;
  } catch (error) {
    await removeIfThere(place);
    throw error;
  }
}

/** A hidden file would not be shared: dots in front are left out. */
function visibleName(name: string): string {
  return safePathSegment(safePathSegment(name).replace(/^[\s.]+/, ""));
}

/**
 * Makes an empty file with a free name: `name`, or `name (2)` and so on. Looking first and renaming then would let two
 * uploads of one name, that end together, overwrite each other.
 */
async function claimName(folder: string, name: string): Promise<string> {
  for (let count = 1;; count++) {
    const candidate = count === 1 ? name : numbered(name, count);
    try {
      using _claimed = await Deno.open(`${folder}/${candidate}`, { write: true, createNew: true });
      return candidate;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }
}

/** `name (2).mp4`, of a name that is cut where the number would make it too long. */
function numbered(name: string, count: number): string {
  const dot = name.lastIndexOf(".");
  const candidate = dot > 0 ? name.slice(dot) : "";
  // What is longer than this is no extension but a part of the name.
  const extension = candidate.length <= MAX_EXTENSION_LENGTH ? candidate : "";
  const number = ` (${count})`;
  const room = new Uint8Array(MAX_NAME_LENGTH - new TextEncoder().encode(number + extension).length);
  const stem = name.slice(0, name.length - extension.length);
  const { read } = new TextEncoder().encodeInto(stem, room);
  return stem.slice(0, read).trimEnd() + number + extension;
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function refusalOf(error: unknown, folder: string): unknown {
  const options = { cause: error };
  if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
    return new RequestError(409, `The folder ${folder} is gone: the file was not taken`, options);
  }
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (error instanceof Deno.errors.PermissionDenied || code === "EROFS") {
    return new RequestError(403, `The folder ${folder} cannot be written to: the file was not taken`, options);
  }
  return code === "ENOSPC" ? new RequestError(507, "The disk is full: the file was not taken", options) : error;
}
