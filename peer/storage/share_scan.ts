/**
 * What of a folder may be shared at all: regular files in it and below, but nothing hidden, nothing that another program
 * is still making, and nothing behind a symbolic link, which could lead anywhere.
 *
 * @module
 */
import { join, relative, sep } from "node:path";
import { isMissing, isPlatformError, storageError } from "./disk_fault.ts";
import { type FileStamp, fileStamp } from "./file_stamp.ts";
import type { StorageError } from "./storage_error.ts";

/** Files of one share: ten times what a large household has. More are not looked at. */
const MAX_SHARED_FILES = 100_000;

/** Folders inside folders: deeper is a loop that somebody mounted. */
const MAX_DEPTH = 32;

/** Endings of files that a browser, a BitTorrent client or an editor has not finished. */
const TEMPORARY = /(~|\.(part|partial|crdownload|opdownload|download|tmp|temp|aria2|!qb|!ut|bc!|swp))$/i;

/** Files looked at together: one at a time each waits for its turn among ten thousand announces at the start. */
const LOOKS_AT_ONCE = 64;

/** A file that may be shared, as it was seen. */
export interface FoundFile {
  /** Absolute. */
  readonly path: string;
  readonly stamp: FileStamp;
}

/** How to scan. */
export interface ScanOptions {
  /** The folder that is shared: depth counts from here. */
  readonly root: string;
  /** A folder below could not be read. */
  readonly onProblem: (error: StorageError) => void;
  readonly signal?: AbortSignal;
}

/** Whether a name says that the file is hidden or not finished. */
export function isIgnoredName(name: string): boolean {
  return name.startsWith(".") || name.startsWith("~$") || TEMPORARY.test(name);
}

/** Whether a path lies below the root, and neither it nor a folder on the way is ignored. */
export function isSharedPath(path: string, root: string): boolean {
  const below = relative(root, path);
  if (below === "" || below === ".." || below.startsWith(`..${sep}`)) return false;
  return !below.split(sep).some(isIgnoredName);
}

/**
 * All files below a folder that may be shared, at most {@link MAX_SHARED_FILES}. What vanishes meanwhile is left out.
 *
 * @throws {StorageError} when the folder itself cannot be read
 * @throws the signal's reason when it is aborted
 */
export async function* scanFolder(folder: string, options: ScanOptions): AsyncGenerator<FoundFile> {
  const { root, onProblem, signal } = options;
  const waiting = [folder];
  let count = 0;
  for (let current = waiting.pop(); current !== undefined; current = waiting.pop()) {
    try {
      const paths: string[] = [];
      for await (const entry of Deno.readDir(current)) {
        signal?.throwIfAborted();
        if (isIgnoredName(entry.name)) continue;
        const path = join(current, entry.name);
        if (entry.isDirectory && depthOf(path, root) < MAX_DEPTH) waiting.push(path);
        if (entry.isFile) paths.push(path);
      }
      for (let start = 0; start < paths.length; start += LOOKS_AT_ONCE) {
        const some = paths.slice(start, start + LOOKS_AT_ONCE);
        const stamps = await Promise.all(some.map(lookAt));
        signal?.throwIfAborted();
        for (const [index, stamp] of stamps.entries()) {
          const path = some[index];
          if (stamp === undefined || path === undefined) continue;
          if (++count > MAX_SHARED_FILES) return;
          yield { path, stamp };
        }
      }
    } catch (error) {
      if (!isPlatformError(error)) throw error;
      const failure = storageError(error, { path: current, doing: "read" });
      if (current === folder) throw failure;
      if (failure.code !== "missing") onProblem(failure);
    }
  }
}

/** What is at a path: the stamp of a regular file, a folder, or nothing that could be shared. Links are not followed. */
export async function lookAtPath(path: string): Promise<FileStamp | "folder" | undefined> {
  try {
    const information = await Deno.lstat(path);
    if (information.isDirectory) return "folder";
    return information.isFile ? fileStamp(information) : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The stamp of a regular file; `undefined` when it is something else, or gone. */
export async function lookAt(path: string): Promise<FileStamp | undefined> {
  const found = await lookAtPath(path);
  return found === "folder" ? undefined : found;
}

/** The first bytes of a file, at most `length`. Throws the platform's error. */
export async function readHead(path: string, length: number): Promise<Uint8Array> {
  using file = await Deno.open(path, { read: true });
  const head = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const count = await file.read(head.subarray(done));
    if (count === null) break;
    done += count;
  }
  return head.subarray(0, done);
}

/** Whether a folder can be shared: its inode, or why not, as a sentence. */
export async function lookAtFolder(folder: string): Promise<{ readonly inode?: number; readonly message?: string }> {
  try {
    const information = await Deno.stat(folder);
    if (!information.isDirectory) return { message: `${folder} is not a folder` };
    // One entry is enough to know that it can be read.
    for await (const _entry of Deno.readDir(folder)) break;
    return { inode: information.ino ?? 0 };
  } catch (error) {
    if (!isPlatformError(error)) throw error;
    const { code } = storageError(error, { path: folder, doing: "read" });
    if (code === "missing") return { message: `The folder ${folder} does not exist` };
    if (code === "denied") return { message: `The folder ${folder} cannot be read: permission denied` };
    return { message: `The folder ${folder} cannot be read: ${error.message}` };
  }
}

function depthOf(path: string, root: string): number {
  return relative(root, path).split(sep).length;
}
