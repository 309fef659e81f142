/**
 * Torrents of every version with known content, and a storage on a temporary folder that says when an event came. For
 * tests only.
 *
 * @module
 */
import { join } from "node:path";
import { encodeBencode } from "../../shared/bencode_writer.ts";
import type { Block } from "../../shared/geometry.ts";
import { FileTree } from "../../shared/merkle.ts";
import { decodeInfo, type Info } from "../../shared/metainfo.ts";
import { layoutAt } from "./file_layout.ts";
import { HashPool } from "./hash_pool.ts";
import { OpenFiles } from "./open_files.ts";
import { leavesOf, sha1Of } from "./piece_check.ts";
import { PieceBuffers } from "./piece_buffers.ts";
import type { StorageEvent } from "./storage_event.ts";
import { type StorageRecord, TorrentStorage, type TorrentStorageOptions } from "./torrent_storage.ts";

/** What to make. */
export interface TestTorrentOptions {
  readonly version: "v1" | "v2" | "hybrid";
  /** Bytes of each file; one: a single-file torrent. At most ten. */
  readonly lengths: readonly number[];
  readonly pieceLength?: number;
  readonly seed?: number;
}

/** A torrent with its content. */
export interface TestTorrent {
  readonly info: Info;
  readonly pieceLayers: ReadonlyMap<string, Uint8Array>;
  /** Content by file of `info.files`, pads as zeros. */
  readonly files: readonly Uint8Array[];
  /** The bytes of a block. */
  bytes(block: Block): Uint8Array;
  /** Every block of every piece. */
  readonly blocks: readonly Block[];
}

/** Bytes that depend on the seed alone (xorshift32). */
export function testBytes(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const words = new DataView(bytes.buffer, 0, length - length % 4);
  let state = seed * 2654435761 >>> 0 || 1;
  for (let offset = 0; offset < words.byteLength; offset += 4) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words.setUint32(offset, state >>> 0);
  }
  return bytes;
}

/** Makes a torrent, as another client would: encoded and decoded. */
export function testTorrent(options: TestTorrentOptions): TestTorrent {
  const { version, lengths, pieceLength = 65_536, seed = 1 } = options;
  const contents = lengths.map((length, index) => testBytes(length, seed * 16 + index + 1));
  const names = lengths.map((_, index) => `${index}.bin`);
  const isSingle = lengths.length === 1;
  const trees = contents.map((content) =>
    content.length === 0 ? undefined : FileTree.fromLeaves(leavesOf(content), { pieceLength })
  );
  const fileTree = Object.fromEntries(names.map((name, index) => {
    const root = trees[index]?.piecesRoot;
    return [name, { "": { length: lengths[index], ...(root === undefined ? {} : { "pieces root": root }) } }];
  }));
  const v1 = v1Files(names, { contents, pieceLength, isPadded: version === "hybrid" });
  const info = decodeInfo(encodeBencode({
    name: isSingle ? "0.bin" : "torrent",
    "piece length": pieceLength,
    ...(version === "v1" ? {} : { "meta version": 2, "file tree": fileTree }),
    ...(version === "v2" ? {} : { pieces: pieceHashes(v1.space, pieceLength) }),
    ...(version === "v2" ? {} : isSingle ? { length: lengths[0] } : { files: v1.files }),
  }));
  const pieceLayers = new Map<string, Uint8Array>();
  for (const tree of trees) {
    if (tree !== undefined && tree.blockCount * 16_384 > pieceLength && version !== "v1") {
      pieceLayers.set(tree.piecesRoot.toHex(), tree.pieceLayer);
    }
  }
  return { info, pieceLayers, ...contentOf(info, contents) };
}

function contentOf(info: Info, contents: readonly Uint8Array[]): Omit<TestTorrent, "info" | "pieceLayers"> {
  const { geometry } = info;
  let next = 0;
  const files = info.files.map((file) =>
    file.isPad ? new Uint8Array(file.length) : contents[next++] ?? new Uint8Array()
  );
  const space = new Uint8Array(geometry.length);
  for (const [index, file] of info.files.entries()) space.set(files[index] ?? new Uint8Array(), file.offset);
  const blocks: Block[] = [];
  for (let piece = 0; piece < geometry.pieceCount; piece++) {
    for (let index = 0; index < geometry.blockCount(piece); index++) blocks.push(geometry.block(piece, index));
  }
  const bytes = ({ piece, begin, length }: Block) => {
    const start = geometry.pieceOffset(piece) + begin;
    return space.subarray(start, start + length);
  };
  return { files, blocks, bytes };
}

function v1Files(
  names: readonly string[],
  options: { readonly contents: readonly Uint8Array[]; readonly pieceLength: number; readonly isPadded: boolean },
): { files: { length: number; path: string[]; attr?: string }[]; space: Uint8Array } {
  const { contents, pieceLength, isPadded } = options;
  const files: { length: number; path: string[]; attr?: string }[] = [];
  const parts: Uint8Array[] = [];
  for (const [index, name] of names.entries()) {
    const content = contents[index] ?? new Uint8Array();
    files.push({ length: content.length, path: [name] });
    parts.push(content);
    const missing = (pieceLength - content.length % pieceLength) % pieceLength;
    const isLast = !contents.slice(index + 1).some((later) => later.length > 0);
    if (!isPadded || missing === 0 || isLast) continue;
    files.push({ length: missing, path: [".pad", String(missing)], attr: "p" });
    parts.push(new Uint8Array(missing));
  }
  const space = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    space.set(part, offset);
    offset += part.length;
  }
  return { files, space };
}

function pieceHashes(space: Uint8Array, pieceLength: number): Uint8Array {
  const hashes: Uint8Array[] = [];
  for (let start = 0; start < space.length; start += pieceLength) {
    hashes.push(sha1Of(space.subarray(start, start + pieceLength)));
  }
  const joined = new Uint8Array(hashes.length * 20);
  for (const [index, hash] of hashes.entries()) joined.set(hash, index * 20);
  return joined;
}

/** A temporary folder with everything a storage needs; storages opened here are closed with it. */
export class StorageBench implements AsyncDisposable {
  /** A new folder, removed at the end. */
  readonly folder: string;
  readonly pool: HashPool;
  readonly buffers: PieceBuffers;
  readonly openFiles = new OpenFiles();
  /** All events of all storages, in order. */
  readonly events: StorageEvent[] = [];
  /** All that was saved, in order. */
  readonly saved: StorageRecord[] = [];
  readonly #storages: TorrentStorage[] = [];
  readonly #waiting = new Set<() => void>();

  /** A new folder, unless one is given (which is removed all the same), and a pool of one worker. */
  constructor(
    options: { readonly folder?: string; readonly budgetBytes?: number; readonly workerCount?: number } = {},
  ) {
    const { folder, budgetBytes, workerCount = 1 } = options;
    this.folder = folder ?? Deno.makeTempDirSync({ prefix: "playswarm-storage-" });
    this.pool = new HashPool({ workerCount });
    this.buffers = new PieceBuffers(budgetBytes === undefined ? {} : { budgetBytes });
  }

  /** Opens a storage below `folder`. */
  async open(
    torrent: Pick<TestTorrent, "info" | "pieceLayers">,
    options: Partial<TorrentStorageOptions> = {},
  ): Promise<TorrentStorage> {
    const { info, pieceLayers } = torrent;
    const storage = await TorrentStorage.open({
      info,
      pieceLayers,
      layout: layoutAt(info, { folder: this.folder, rootName: info.name }),
      pool: this.pool,
      buffers: this.buffers,
      files: this.openFiles,
      onEvent: (event) => this.#take(event),
      save: (record) => this.saved.push(record),
      ...options,
    });
    this.#storages.push(storage);
    return storage;
  }

  /** Resolves with the first event, past or future, that is meant. */
  async until<Type extends StorageEvent["type"]>(
    type: Type,
    isMeant: (event: Extract<StorageEvent, { readonly type: Type }>) => boolean = () => true,
  ): Promise<Extract<StorageEvent, { readonly type: Type }>> {
    const isType = (event: StorageEvent): event is Extract<StorageEvent, { readonly type: Type }> =>
      event.type === type;
    for (;;) {
      const found = this.events.filter(isType).find(isMeant);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** The path of a file of a torrent opened here. */
  path(...segments: readonly string[]): string {
    return join(this.folder, ...segments);
  }

  /** Closes everything and removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const storage of this.#storages) await storage[Symbol.asyncDispose]();
    await this.pool[Symbol.asyncDispose]();
    this.openFiles[Symbol.dispose]();
    await Deno.remove(this.folder, { recursive: true });
  }

  #take(event: StorageEvent): void {
    this.events.push(event);
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

/** Writes the blocks and waits until all is judged. */
export async function download(
  storage: TorrentStorage,
  torrent: TestTorrent,
  blocks: readonly Block[] = torrent.blocks,
): Promise<void> {
  for (const block of blocks) {
    await storage.room();
    storage.writeBlock(block, torrent.bytes(block));
  }
  await storage.flush();
}
