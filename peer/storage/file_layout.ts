/**
 * Where each file of a torrent lies. Names come from strangers: whatever they say, every path is below the folder, no
 * two files share one, and nothing that was there before is taken (`name (2)` instead).
 *
 * @module
 */
import { basename, dirname, join, sep } from "node:path";
import type { Info } from "../../shared/metainfo.ts";
import { safePath, safePathSegment } from "../../shared/safe_name.ts";
import { isMissing, storageError } from "./disk_fault.ts";
import { StorageError } from "./storage_error.ts";

/** Bytes of the longest file name that all disks take. */
const MAX_NAME_LENGTH = 255;

/** Where a torrent's files lie. */
export interface FileLayout {
  /** The folder all is below, absolute. */
  readonly folder: string;
  /** The one name directly in `folder` that is this torrent's: the file of a single-file torrent, else its folder. */
  readonly rootName: string;
  /** Absolute path per file of `info.files`, `undefined` for pads. */
  readonly paths: readonly (string | undefined)[];
}

/** How to name a torrent that is new here. */
export interface NewLayoutOptions {
  /** Absolute. It need not exist yet. */
  readonly folder: string;
  /** Names that are promised to others though nothing is on disk yet. */
  readonly isTaken?: (rootName: string) => boolean;
}

/**
 * The layout of a torrent that is new here: the first of `name`, `name (2)`… that neither exists nor is taken. Nothing
 * is made; synchronous, so that a caller can remember the name before anybody else asks.
 *
 * @throws {StorageError} when the folder cannot be looked into
 */
export function chooseLayout(info: Info, options: NewLayoutOptions): FileLayout {
  const { folder, isTaken = () => false } = options;
  const name = safePathSegment(info.name);
  let rootName = name;
  for (let number = 2; isTaken(rootName) || doesExist(join(folder, rootName)); number++) {
    rootName = withNumber(name, { number, isFile: isSingleFile(info) });
  }
  return layoutAt(info, { folder, rootName });
}

/** The layout of a torrent whose root name was chosen before: the same each time. */
export function layoutAt(info: Info, options: { readonly folder: string; readonly rootName: string }): FileLayout {
  const { folder, rootName } = options;
  if (isSingleFile(info)) return { folder, rootName, paths: [join(folder, rootName)] };
  const names = new NameTree();
  const paths = info.files.map(({ path, isPad }) =>
    isPad ? undefined : join(folder, rootName, ...names.place(safePath(path.slice(1))))
  );
  return { folder, rootName, paths };
}

/**
 * The layout of a shared file, which stays where it is whatever the torrent calls it.
 *
 * @throws {RangeError} unless the torrent has exactly one file
 */
export function layoutInPlace(info: Info, path: string): FileLayout {
  if (info.files.length !== 1) {
    throw new RangeError(`Cannot share a torrent in place unless it has one file: it has ${info.files.length}`);
  }
  return { folder: dirname(path), rootName: basename(path), paths: [path] };
}

/**
 * Makes sure that no symbolic link leads a path out of the folder. What does not exist yet is no link.
 *
 * @throws {StorageError} `denied` when one does
 */
export function checkInside(layout: FileLayout): void {
  const { folder, paths } = layout;
  const checked = new Set<string>();
  for (const path of paths) {
    if (path === undefined) continue;
    for (let part = path; part.length > folder.length && !checked.has(part); part = dirname(part)) {
      checked.add(part);
      if (isLinkOutside(part, folder)) {
        throw new StorageError("denied", `Cannot use ${part}: it is a link that leads out of ${folder}`, {
          path: part,
        });
      }
    }
  }
}

/**
 * Makes the files of no length that are not there: no block will ever make them.
 *
 * @throws {StorageError} when the disk does not do it
 */
export function createEmptyFiles(info: Info, layout: FileLayout): void {
  for (const [index, file] of info.files.entries()) {
    const path = layout.paths[index];
    if (file.length > 0 || path === undefined) continue;
    try {
      Deno.mkdirSync(dirname(path), { recursive: true });
      Deno.openSync(path, { write: true, create: true }).close();
    } catch (error) {
      throw storageError(error, { path, doing: "make" });
    }
  }
}

/**
 * Removes the torrent's files and the folders that this empties. What others put there stays; links are not followed.
 *
 * @throws {StorageError} when one cannot be removed, after trying all
 */
export function removeFiles(layout: FileLayout): void {
  checkInside(layout);
  const folders = new Set<string>();
  let failure: StorageError | undefined;
  for (const path of layout.paths) {
    if (path === undefined) continue;
    try {
      Deno.removeSync(path);
    } catch (error) {
      if (!isMissing(error)) failure ??= storageError(error, { path, doing: "remove" });
    }
    for (let part = dirname(path); part.length > layout.folder.length; part = dirname(part)) folders.add(part);
  }
  for (const path of [...folders].sort((one, other) => other.length - one.length)) removeIfEmpty(path);
  if (failure !== undefined) throw failure;
}

/** Whether the one file lies directly in the folder. */
function isSingleFile(info: Info): boolean {
  return info.files.length === 1 && info.files[0]?.path.length === 1;
}

/** Whether something has this name, be it a link to nowhere. */
function doesExist(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw storageError(error, { path, doing: "look at" });
  }
}

function isLinkOutside(path: string, folder: string): boolean {
  try {
    if (!Deno.lstatSync(path).isSymlink) return false;
    return !Deno.realPathSync(path).startsWith(Deno.realPathSync(folder) + sep);
  } catch (error) {
    if (!isMissing(error)) throw storageError(error, { path, doing: "look at" });
    // A link to nowhere would be followed by the write that makes the file; a path that is not there is harmless.
    return doesExist(path);
  }
}

function removeIfEmpty(path: string): void {
  try {
    if (Deno.readDirSync(path)[Symbol.iterator]().next().done) Deno.removeSync(path);
  } catch (error) {
    if (!isMissing(error)) throw storageError(error, { path, doing: "remove" });
  }
}

/** `name (2).ext`; a folder has no extension. The stem is cut so that the whole fits in 255 bytes. */
function withNumber(name: string, options: { readonly number: number; readonly isFile: boolean }): string {
  const dot = options.isFile ? name.lastIndexOf(".") : -1;
  const extension = dot > 0 ? name.slice(dot) : "";
  const suffix = ` (${options.number})${extension}`;
  let stem = dot > 0 ? name.slice(0, dot) : name;
  const encoder = new TextEncoder();
  while (encoder.encode(stem + suffix).length > MAX_NAME_LENGTH) stem = [...stem].slice(0, -1).join("");
  return stem + suffix;
}

/** The names given out inside one torrent: safe names of different files may be the same, on some disks but for case. */
class NameTree {
  /** By folded path: what has it. */
  readonly #taken = new Map<string, "file" | "folder">();
  /** By folded path that was wanted: the number to try next, so that a thousand equal names are not a million tries. */
  readonly #nextNumbers = new Map<string, number>();
  /** By folded path that was wanted for a folder: the name it got. */
  readonly #folders = new Map<string, string>();

  /** The path for a file that wants this one. */
  place(wanted: readonly string[]): readonly string[] {
    const placed: string[] = [];
    for (const name of wanted.slice(0, -1)) placed.push(this.#folder(placed, name));
    const name = wanted.at(-1) ?? "_";
    const free = this.#free(placed, { name, isFile: true });
    this.#taken.set(fold([...placed, free]), "file");
    return [...placed, free];
  }

  #folder(parent: readonly string[], name: string): string {
    const key = fold([...parent, name]);
    const known = this.#folders.get(key);
    if (known !== undefined) return known;
    const free = this.#free(parent, { name, isFile: false });
    this.#folders.set(key, free);
    this.#taken.set(fold([...parent, free]), "folder");
    return free;
  }

  #free(parent: readonly string[], options: { readonly name: string; readonly isFile: boolean }): string {
    const { name, isFile } = options;
    const key = fold([...parent, name]);
    let free = name;
    let number = this.#nextNumbers.get(key) ?? 2;
    while (this.#taken.has(fold([...parent, free]))) free = withNumber(name, { number: number++, isFile });
    this.#nextNumbers.set(key, number);
    return free;
  }
}

function fold(path: readonly string[]): string {
  return path.join("/").normalize("NFC").toLowerCase();
}
