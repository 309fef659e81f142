/**
 * The files of a torrent, from the `length` or `files` of BEP 3 with the attributes of BEP 47, and from the `file tree`
 * of BEP 52. Both readings put every file at its place in piece space.
 *
 * @module
 */

import { bytesToText, keyToBytes } from "./bencode_text.ts";
import type { MetainfoFields } from "./metainfo_fields.ts";
import { HASH_LENGTH } from "./merkle.ts";

/** One file of a torrent. */
export interface TorrentFile {
  /**
   * As the torrent has it, NOT yet safe for a disk (see `safePath`): `["name"]` for a torrent of a single file, else
   * the torrent's name and the path below it.
   */
  readonly path: readonly string[];
  /** Bytes. */
  readonly length: number;
  /** Where it starts in piece space. */
  readonly offset: number;
  /** Whether it is padding: all zeros, never stored, never shown (BEP 47). */
  readonly isPad: boolean;
  /** The 32 bytes of its Merkle root (a view); for files of v2 and hybrid torrents that are not empty. */
  readonly piecesRoot?: Uint8Array;
  /** Present and true for an executable file (BEP 47 attribute `x`). */
  readonly isExecutable?: boolean;
  /** Present and true for a hidden file (BEP 47 attribute `h`). */
  readonly isHidden?: boolean;
}

/** Files in one torrent. Libraries of a household stay far below; bounds what one torrent costs in memory. */
export const MAX_FILES = 100_000;

/** Bytes in one torrent: exact as a number. */
const MAX_LENGTH = Number.MAX_SAFE_INTEGER;

/**
 * The files of the v1 part, pads included, touching each other.
 *
 * @throws {MetainfoSyntaxError} when they are malformed or too many
 */
export function readFilesV1(info: MetainfoFields, name: string): readonly TorrentFile[] {
  if (!info.has("files")) {
    const length = info.integer("length", { min: 0, max: MAX_LENGTH });
    return [{ path: [name], length, offset: 0, ...attributes(info) }];
  }
  const list = info.list("files");
  if (list.length === 0 || list.length > MAX_FILES) {
    info.fail("files", `has ${list.length} entries, expected 1 to ${MAX_FILES}`);
  }
  const files: TorrentFile[] = [];
  let offset = 0;
  for (const entry of list) {
    const fields = info.within(entry, "files");
    const length = lengthOf(fields, offset);
    files.push({ path: [name, ...pathOf(fields, length)], length, offset, ...attributes(fields) });
    offset += length;
  }
  return files;
}

/**
 * The files of the v2 part: each that is not empty starts with a piece.
 *
 * @throws {MetainfoSyntaxError} when the tree is malformed, or has none or too many
 */
export function readFilesV2(info: MetainfoFields, name: string, pieceLength: number): readonly TorrentFile[] {
  const found: { path: readonly string[]; fields: MetainfoFields }[] = [];
  collect(info.fields("file tree"), [], (path, fields) => {
    if (found.length === MAX_FILES) info.fail("file tree", `has more than ${MAX_FILES} files`);
    found.push({ path, fields });
  });
  if (found.length === 0) info.fail("file tree", "has no files");
  const isSingle = found.length === 1 && found[0]?.path.length === 1 && found[0].path[0] === name;
  const files: TorrentFile[] = [];
  let end = 0;
  for (const { path, fields } of found) {
    const offset = Math.ceil(end / pieceLength) * pieceLength;
    const length = lengthOf(fields, offset);
    const common = { path: isSingle ? path : [name, ...path], length, ...attributes(fields), isPad: false };
    if (length === 0) {
      files.push({ ...common, offset: end });
      continue;
    }
    const piecesRoot = fields.bytes("pieces root");
    if (piecesRoot.length !== HASH_LENGTH) fields.fail("pieces root", `has ${piecesRoot.length} bytes`);
    files.push({ ...common, offset, piecesRoot });
    end = offset + length;
  }
  return files;
}

/**
 * One list for both parts of a hybrid: the v1 files, pads included, with the roots of the v2 files. They must agree in
 * names, order, lengths and alignment (BEP 52 "Upgrade Path").
 *
 * @throws {MetainfoSyntaxError} when they do not
 */
export function mergeFiles(
  info: MetainfoFields,
  parts: { readonly v1: readonly TorrentFile[]; readonly v2: readonly TorrentFile[] },
): readonly TorrentFile[] {
  let next = 0;
  const merged = parts.v1.map((file) => {
    if (file.isPad) return file;
    const twin = parts.v2[next++];
    if (twin === undefined || !isSameFile(file, twin)) {
      info.fail("file tree", `does not agree with the v1 files at ${JSON.stringify(file.path.join("/"))}`);
    }
    return twin.piecesRoot === undefined ? file : { ...file, piecesRoot: twin.piecesRoot };
  });
  if (next !== parts.v2.length) info.fail("file tree", `has ${parts.v2.length} files, its v1 part ${next}`);
  return merged;
}

function isSameFile(v1: TorrentFile, v2: TorrentFile): boolean {
  if (v1.length !== v2.length || (v1.length > 0 && v1.offset !== v2.offset)) return false;
  // A folder with nothing but a file of its own name: a tree of BEP 52 cannot say that there is a folder.
  const isInOwnFolder = v2.path.length === 1 && v1.path.length === 2 && v1.path[0] === v2.path[0];
  const path = isInOwnFolder ? [...v2.path, ...v2.path] : v2.path;
  return v1.path.length === path.length && v1.path.every((segment, index) => segment === path[index]);
}

/** Walks the tree in its order. The depth is bounded by bencode's own. */
function collect(
  directory: MetainfoFields,
  path: readonly string[],
  add: (path: readonly string[], file: MetainfoFields) => void,
): void {
  for (const [key, value] of directory.entries()) {
    if (key === "") directory.fail("", "is a file at a place where folders are");
    const entry = directory.within(value, key);
    const entryPath = [...path, bytesToText(keyToBytes(key))];
    if (!entry.has("")) {
      collect(entry, entryPath, add);
      continue;
    }
    if (Array.from(entry.entries()).length > 1) entry.fail(key, "is a file and a folder at once");
    add(entryPath, entry.fields(""));
  }
}

/** A symbolic link (BEP 47 attribute `l`) has no bytes of its own; it may leave its length out. */
function lengthOf(fields: MetainfoFields, offset: number): number {
  return attributeText(fields).includes("l") ? 0 : fields.integer("length", { min: 0, max: MAX_LENGTH - offset });
}

function pathOf(fields: MetainfoFields, length: number): readonly string[] {
  // Nobody stores padding, so some torrents do not name it.
  if (!fields.has("path") && attributeText(fields).includes("p")) return [".pad", `${length}`];
  const key = fields.has("path.utf-8") ? "path.utf-8" : "path";
  const segments = fields.list(key).map((segment) => {
    if (!(segment instanceof Uint8Array)) fields.fail(key, "has a part that is no text");
    return bytesToText(segment);
  });
  if (segments.length === 0) fields.fail(key, "is empty");
  return segments;
}

function attributes(fields: MetainfoFields): Pick<TorrentFile, "isPad" | "isExecutable" | "isHidden"> {
  const attr = attributeText(fields);
  return {
    isPad: attr.includes("p"),
    ...(attr.includes("x") ? { isExecutable: true } : {}),
    ...(attr.includes("h") ? { isHidden: true } : {}),
  };
}

function attributeText(fields: MetainfoFields): string {
  const attr = fields.optional("attr");
  return attr instanceof Uint8Array ? bytesToText(attr) : "";
}
