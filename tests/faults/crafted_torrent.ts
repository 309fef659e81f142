/**
 * Torrent files as others might make them: v1, with whatever names and lengths the test wants, honest or not.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { type BencodeEncodable, encodeBencode } from "../../shared/bencode_writer.ts";

/** A file of a torrent. */
export interface CraftedFile {
  readonly path: readonly string[];
  readonly content: Uint8Array;
}

/** What to say instead of the truth. */
export interface Craft {
  readonly name: string;
  readonly pieceLength: number;
  readonly trackers?: readonly string[];
  /** Entries of the info dictionary that replace the right ones. */
  readonly lies?: Readonly<Record<string, BencodeEncodable>>;
}

/** The .torrent of one file. */
export function craftFile(content: Uint8Array, craft: Craft): Uint8Array {
  return craftTorrent({ length: content.length }, { ...craft, content });
}

/** The .torrent of a folder. */
export function craftFolder(files: readonly CraftedFile[], craft: Craft): Uint8Array {
  const list = files.map(({ path, content }) => ({ length: content.length, path: [...path] }));
  return craftTorrent({ files: list }, { ...craft, content: joined(files) });
}

/** The content of all files, one after the other: the piece space of a v1 torrent. */
export function joined(files: readonly CraftedFile[]): Uint8Array {
  const all = new Uint8Array(files.reduce((sum, { content }) => sum + content.length, 0));
  let offset = 0;
  for (const { content } of files) {
    all.set(content, offset);
    offset += content.length;
  }
  return all;
}

function craftTorrent(
  layout: Readonly<Record<string, BencodeEncodable>>,
  craft: Craft & { readonly content: Uint8Array },
): Uint8Array {
  const { name, pieceLength, content, lies = {}, trackers = [] } = craft;
  return encodeBencode({
    ...(trackers[0] === undefined ? {} : { announce: trackers[0] }),
    info: { name, "piece length": pieceLength, pieces: pieceHashes(content, pieceLength), ...layout, ...lies },
  });
}

function pieceHashes(content: Uint8Array, pieceLength: number): Uint8Array {
  const hashes = new Uint8Array(Math.ceil(content.length / pieceLength) * 20);
  for (let start = 0, index = 0; start < content.length; start += pieceLength, index++) {
    hashes.set(createHash("sha1").update(content.subarray(start, start + pieceLength)).digest(), index * 20);
  }
  return hashes;
}
