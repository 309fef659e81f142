/**
 * Takes a file that the browser sends into a shared folder: under a hidden name while it comes, then in its place at
 * once, so that the watcher never sees half a file.
 *
 * @module
 */
import { safePathSegment } from "../shared/safe_name.ts";
import { RequestError } from "./api/request_error.ts";

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
 * @throws RequestError 400 when the body ends early, 507 when the disk is full; nothing is left behind then.
 */
export async function takeFile(body: ReadableStream<Uint8Array>, options: TakeOptions): Promise<TakenFile> {
  const { folder, length, signal } = options;
  const partial = `${folder}/.upload-${crypto.randomUUID()}.part`;
  try {
    const sizeBytes = await write(body, { path: partial, signal });
    if (length !== undefined && sizeBytes !== length) {
      throw new RequestError(400, `The upload ended after ${sizeBytes} of ${length} bytes`);
    }
    const name = await freeName(folder, safePathSegment(options.name));
    await Deno.rename(partial, `${folder}/${name}`);
    return { name, sizeBytes };
  } catch (error) {
    await removeIfThere(partial);
    throw isDiskFull(error)
      ? new RequestError(507, "The disk is full: the file was not taken", { cause: error })
      : error;
  }
}

async function write(
  body: ReadableStream<Uint8Array>,
  options: { readonly path: string; readonly signal: AbortSignal },
): Promise<number> {
  using file = await Deno.open(options.path, { write: true, createNew: true });
  let length = 0;
  // Not `pipeTo(file.writable)`: with `preventClose` it ends before the last chunk is in the file (Deno 2.9.6).
  for await (const chunk of body) {
    options.signal.throwIfAborted();
    for (let offset = 0; offset < chunk.length;) offset += await file.write(chunk.subarray(offset));
    length += chunk.length;
  }
  return length;
}

/** The name, or `name (2)` and so on when it is taken. */
async function freeName(folder: string, name: string): Promise<string> {
  const dot = name.lastIndexOf(".");
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
  for (let count = 1;; count++) {
    const candidate = count === 1 ? name : `${stem} (${count})${extension}`;
    if (!(await exists(`${folder}/${candidate}`))) return candidate;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function isDiskFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOSPC";
}
