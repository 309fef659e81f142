/**
 * One torrent on disk: blocks come in, are judged and written by the hash workers; verified bytes go out, to peers by
 * block and to players by offset. Whatever is read here was verified, and belongs to a file that did not change since.
 *
 * After a crash: a saved bitfield claims only pieces that had been written. The claims of an unfinished torrent are
 * hashed again before they are believed; a finished torrent is believed when every file still has the stamp that it had
 * when it was finished.
 *
 * @module
 */
import { Bitfield } from "../../shared/bitfield.ts";
import type { Block } from "../../shared/geometry.ts";
import type { Info } from "../../shared/metainfo.ts";
import { checkInside, createEmptyFiles, type FileLayout } from "./file_layout.ts";
import { FileTotals } from "./file_totals.ts";
import type { CheckedPiece } from "./hash_job.ts";
import type { HashPool, LongJobOptions } from "./hash_pool.ts";
import { HashTrees } from "./hash_trees.ts";
import { absentPaths, hasSameStamps, type LayoutStamps, layoutStamps } from "./layout_stamps.ts";
import type { OpenFiles } from "./open_files.ts";
import type { PieceBuffers } from "./piece_buffers.ts";
import { leavesOf, type PieceExpectation, SHA1_LENGTH, type Sha1Verdict } from "./piece_check.ts";
import { PieceIntake } from "./piece_intake.ts";
import { Sha1Proof } from "./sha1_proof.ts";
import { StorageError } from "./storage_error.ts";
import type { StorageEvent } from "./storage_event.ts";
import { VerifiedContent } from "./verified_content.ts";
import type { PlacedRange } from "./written_files.ts";

/** How much of the newest progress a crash may cost: saving is one small write into SQLite. */
const CHECKPOINT_MS = 2000;

/** What is remembered of a torrent across restarts. */
export interface StorageRecord {
  /** The bitfield of pieces that were verified and written. */
  readonly verified: Uint8Array;
  /** Once all is verified. */
  readonly stamps?: LayoutStamps;
}

/** How to open a {@link TorrentStorage}. */
export interface TorrentStorageOptions {
  readonly info: Info;
  /** The piece layers known so far, by hex pieces root (`Metainfo.pieceLayers`); empty for a magnet. */
  readonly pieceLayers: ReadonlyMap<string, Uint8Array>;
  readonly layout: FileLayout;
  /** What was saved last. Without one nothing on disk is believed (see {@link TorrentStorage.verifyAll}). */
  readonly record?: StorageRecord;
  /** A share: read in place, never written; its record is believed, and each read compares the file's stamp. */
  readonly isReadOnly?: boolean;
  readonly pool: HashPool;
  readonly buffers: PieceBuffers;
  readonly files: OpenFiles;
  /** Never called from inside a call of ours: events come in a microtask of their own. */
  readonly onEvent: (event: StorageEvent) => void;
  /** Called about every 2 s while there is progress, at completion and at disposal; must save before it returns. */
  readonly save?: (record: StorageRecord) => void;
  /** While claimed pieces are hashed again at opening, and in `verifyAll`: bytes done and bytes in all. */
  readonly onCheckProgress?: (doneBytes: number, totalBytes: number) => void;
  /** Ends the check at opening, and what is proven by SHA-1 later. */
  readonly signal?: AbortSignal;
}

/** One torrent on disk. */
export class TorrentStorage implements AsyncDisposable {
  /** Which pieces are verified and on disk. Live: clone it for anybody who writes into it. */
  readonly verified: Bitfield;
  /** The SHA-256 trees (BEP 52). */
  readonly hashes: HashTrees;
  readonly #options: TorrentStorageOptions;
  readonly #content: VerifiedContent;
  readonly #intake: PieceIntake;
  readonly #sha1: Sha1Proof;
  readonly #totals: FileTotals;
  #stamps: LayoutStamps | undefined;
  #checkpointTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #events: StorageEvent[] = [];
  #failure: StorageError | undefined;
  #hasWritten = false;

  private constructor(options: TorrentStorageOptions, verified: Bitfield) {
    const { info, pieceLayers, pool, buffers } = options;
    this.#options = options;
    this.verified = verified;
    this.#totals = new FileTotals(info);
    this.#sha1 = new Sha1Proof({
      info,
      settle: () => this.#intake.settle(),
      check: (pieces, by) => this.#check(pieces, { by }),
      onContradiction: (piece) => this.#emit({ type: "contradicted", piece }),
    });
    this.hashes = new HashTrees({
      info,
      pieceLayers,
      readLeaves: (piece) => this.#readLeaves(piece),
      onLayer: (pieces) => this.#takeLayer(pieces),
      onLeaves: (piece) => this.#intake.judgeBlocks(piece),
    });
    this.#intake = new PieceIntake({
      info,
      pool,
      buffers,
      trees: this.hashes,
      expectation: (piece) => this.#expectation(piece),
      places: (piece) => this.#places(piece),
      emit: (event) => this.#emit(event),
      onVerified: (piece, sha1) => this.#takeVerified(piece, sha1),
    });
    this.#content = new VerifiedContent({
      info,
      verified,
      layout: options.layout,
      files: options.files,
      assembly: (piece) => this.#intake.get(piece),
      stamp: (file) => this.#stamps?.[file],
    });
  }

  /**
   * Opens a torrent: makes its empty files, and finds out what of the record can be believed (which for an unfinished
   * torrent means to hash it; see `onCheckProgress`).
   *
   * @throws {StorageError} when a link leads out of the folder, or an empty file cannot be made
   * @throws the signal's reason when it is aborted meanwhile
   */
  static async open(options: TorrentStorageOptions): Promise<TorrentStorage> {
    const { info, layout, record, isReadOnly = false, signal } = options;
    signal?.throwIfAborted();
    const { pieceCount } = info.geometry;
    const claimed = record === undefined ? new Bitfield(pieceCount) : Bitfield.fromBytes(record.verified, pieceCount);
    if (!isReadOnly) {
      checkInside(layout);
      createEmptyFiles(info, layout);
    }
    const isBelieved = claimed.isComplete && (isReadOnly || hasSameStamps(layout, record?.stamps));
    const storage = new TorrentStorage(options, isBelieved ? claimed : new Bitfield(pieceCount));
    if (isBelieved) storage.#stamps = record?.stamps;
    else await storage.#believeTrue(claimed.indices(), signal);
    // What we share we have hashed both ways ourselves.
    if (!isReadOnly) storage.#sha1.believe(storage.verified);
    storage.#totals.count(storage.verified);
    return storage;
  }

  /** Whether the disk was full at the last try. */
  get isFull(): boolean {
    return this.#intake.isFull;
  }

  /** Verified bytes of one file of `info.files`. */
  fileVerifiedBytes(file: number): number {
    return this.#totals.bytes(file);
  }

  /** Whether its SHA-1 and its SHA-256 cannot both be right; it goes on as a v2 torrent then. */
  get isContradicted(): boolean {
    return this.#sha1.hasContradiction;
  }

  /**
   * Of a hybrid: checks by SHA-1, too, what was verified by SHA-256 alone, and from now on everything. Resolves at once
   * when there is nothing to check.
   *
   * @returns whether all that is verified may be given to peers that know only v1
   */
  async proveSha1(): Promise<boolean> {
    try {
      return await this.#sha1.prove();
    } catch (error) {
      if (error === this.#options.signal?.reason) return false;
      throw error;
    }
  }

  /**
   * Takes a block that was asked for. The data is copied before this returns, or dropped when the block is here already.
   *
   * @throws {RangeError} when it is none of our blocks, or the data has not its length
   * @throws {TypeError} when the storage is read-only
   */
  writeBlock(block: Block, data: Uint8Array): void {
    if (this.#options.isReadOnly) throw new TypeError("Cannot write a block of a share: it is read-only");
    if (this.verified.has(block.piece)) return;
    this.#intake.write(block, data);
  }

  /**
   * Fills `into` with a range of a verified piece.
   *
   * @throws {RangeError} when the piece is not verified, or the range or `into` does not fit
   * @throws {StorageError} when the file cannot be read or was changed; then `failed` is emitted too, once
   */
  readBlock(block: Block, into: Uint8Array): void {
    const { geometry } = this.#options.info;
    if (!this.verified.has(block.piece) || !geometry.isRange(block) || into.length !== block.length) {
      const { piece, begin, length } = block;
      throw new RangeError(`Cannot read a block of ${into.length} bytes: current value is ${piece}:${begin}+${length}`);
    }
    const storedLength = Math.min(block.length, geometry.pieceSize(block.piece) - block.begin);
    this.#reading(() =>
      this.#content.readDisk(geometry.pieceOffset(block.piece) + block.begin, into.subarray(0, storedLength))
    );
    into.fill(0, storedLength);
  }

  /**
   * How many verified bytes can be read from this offset of piece space on without a gap: of whole pieces, then of
   * blocks proven by their leaves. Counting ends after 4,096 pieces and at the end of a file of a v2 torrent. It may
   * shrink while a worker has the last piece; an event follows then.
   */
  availableFrom(offset: number): number {
    return this.#content.availableFrom(offset);
  }

  /**
   * Reads what is available from this offset of piece space, at most all of `into`.
   *
   * @returns how many bytes were read: 0 when none is available now, which is not the end of anything
   * @throws {StorageError} when a file cannot be read or was changed; then `failed` is emitted too, once
   */
  readInto(offset: number, into: Uint8Array): number {
    return this.#reading(() => this.#content.readInto(offset, into));
  }

  /** Back-pressure: resolves when blocks may come again; `undefined` while there is buffer room. */
  room(): Promise<void> | undefined {
    return this.#options.buffers.room();
  }

  /** The bitfield as it may be saved now: every piece in it has been written. A copy. */
  checkpoint(): Uint8Array {
    return this.verified.toBytes();
  }

  /** Waits until every complete piece is judged and written; pieces that a full disk holds up are not waited for. */
  async flush(): Promise<void> {
    await this.#intake.flush();
    // The events of what was judged last are told by then, too.
    await Promise.resolve();
  }

  /**
   * Hashes all that is on disk and believes nothing else, emitting nothing. Meant for before the swarm starts: a machine
   * that knew pieces as verified must be told anew.
   *
   * @throws the signal's reason when it is aborted; then what was believed before still is
   */
  async verifyAll(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    await this.flush();
    this.#stamps = undefined;
    await this.#believeTrue(new Array(this.verified.length).keys(), options.signal);
    this.#sha1.believe(this.verified);
    this.#totals.count(this.verified);
    this.#save();
  }

  /** Lets go: what is being judged is finished and saved, what is unfinished is forgotten, all files are closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#intake.end();
    if (this.#checkpointTimer !== undefined) this.#save();
    const paths = this.#options.layout.paths.filter((path) => path !== undefined);
    if (this.#hasWritten) await this.#options.pool.close(paths);
    for (const path of paths) this.#options.files.close(path);
  }

  /** Replaces what is believed by those of `pieces` that are true on disk. */
  async #believeTrue(pieces: Iterable<number>, signal: AbortSignal | undefined): Promise<void> {
    const { onCheckProgress: onProgress } = this.#options;
    const claimed = [...pieces];
    const areTrue = await this.#check(claimed, { signal, onProgress });
    for (const piece of [...this.verified.indices()]) this.verified.clear(piece);
    for (const [index, piece] of claimed.entries()) if (areTrue[index]) this.verified.set(piece);
    if (this.verified.isComplete) this.#stamps = layoutStamps(this.#options.layout);
  }

  /** Which pieces are true as they lie on disk, by what each is to be judged by, or by one hash of a hybrid. */
  async #check(
    pieces: readonly number[],
    options: {
      readonly by?: "sha1" | "sha256";
      readonly signal?: AbortSignal | undefined;
      readonly onProgress?: LongJobOptions["onProgress"];
    },
  ): Promise<readonly boolean[]> {
    const { by, onProgress, signal = this.#options.signal } = options;
    const { info, pool, layout } = this.#options;
    const absent = absentPaths(layout);
    const candidates: number[] = [];
    const checks: CheckedPiece[] = [];
    for (const [index, piece] of pieces.entries()) {
      const expectation = by === undefined ? this.#expectation(piece) : this.#expectationBy(piece, by);
      const places = this.#places(piece);
      // Of a file that is not there at all nothing needs to be read.
      if (expectation === undefined || places.some(({ path }) => absent.has(path))) continue;
      candidates.push(index);
      checks.push({ length: info.geometry.pieceSize(piece), places, expectation });
    }
    const areTrue = await pool.check(checks, {
      ...(onProgress === undefined ? {} : { onProgress }),
      ...(signal === undefined ? {} : { signal }),
    });
    const results = pieces.map(() => false);
    for (const [at, index] of candidates.entries()) results[index] = areTrue[at] ?? false;
    return results;
  }

  #expectation(piece: number): PieceExpectation | undefined {
    const tree = this.#expectationBy(piece, "sha256");
    const sha1 = this.#sha1.judges({ hasTree: tree !== undefined }) ? this.#expectationBy(piece, "sha1") : undefined;
    return sha1 === undefined && tree === undefined ? undefined : { ...sha1, ...tree };
  }

  #expectationBy(piece: number, by: "sha1" | "sha256"): PieceExpectation | undefined {
    if (by === "sha256") {
      const tree = this.hashes.expectation(piece);
      return tree === undefined ? undefined : { tree };
    }
    // A copy: a view would drag its whole buffer along to the worker.
    const sha1 = this.#options.info.pieceHashes?.slice(piece * SHA1_LENGTH, (piece + 1) * SHA1_LENGTH);
    return sha1 === undefined ? undefined : { sha1 };
  }

  #places(piece: number): readonly PlacedRange[] {
    const { info: { geometry, files }, layout } = this.#options;
    const pieceOffset = geometry.pieceOffset(piece);
    const places: PlacedRange[] = [];
    for (const { file: index, offset, length } of geometry.spans(pieceOffset, geometry.pieceSize(piece))) {
      const path = layout.paths[index];
      const file = files[index];
      if (path === undefined || file === undefined) continue;
      places.push({ path, fileLength: file.length, offset, start: file.offset + offset - pieceOffset, length });
    }
    return places;
  }

  #takeVerified(piece: number, sha1: Sha1Verdict): void {
    this.#hasWritten = true;
    this.verified.set(piece);
    this.#sha1.verified(piece, sha1);
    for (const file of this.#totals.add(piece)) this.#emit({ type: "file-complete", file });
    if (this.verified.isComplete) {
      this.#stamps = layoutStamps(this.#options.layout);
      this.#save();
    } else {
      this.#checkpointTimer ??= setTimeout(() => this.#save(), CHECKPOINT_MS);
    }
  }

  #takeLayer(pieces: { readonly first: number; readonly count: number }): void {
    this.#intake.judgeWaiting(pieces);
    if (this.hashes.hasLayers) this.#emit({ type: "layers-complete" });
  }

  #save(): void {
    clearTimeout(this.#checkpointTimer);
    this.#checkpointTimer = undefined;
    const stamps = this.verified.isComplete ? this.#stamps : undefined;
    this.#options.save?.({ verified: this.checkpoint(), ...(stamps === undefined ? {} : { stamps }) });
  }

  #readLeaves(piece: number): Uint8Array | undefined {
    const length = this.hashes.expectation(piece)?.length;
    if (length === undefined || !this.verified.has(piece)) return undefined;
    const bytes = new Uint8Array(length);
    this.#reading(() => this.#content.readDisk(this.#options.info.geometry.pieceOffset(piece), bytes));
    return leavesOf(bytes);
  }

  /** Runs a read; a file that fails it ends this storage. */
  #reading<Result>(read: () => Result): Result {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      return read();
    } catch (error) {
      if (error instanceof StorageError) this.#emit({ type: "failed", error });
      throw error;
    }
  }

  #emit(event: StorageEvent): void {
    if (event.type === "failed") {
      if (this.#failure !== undefined) return;
      this.#failure = event.error;
    }
    this.#events.push(event);
    if (this.#events.length > 1) return;
    queueMicrotask(() => {
      for (const queued of this.#events.splice(0)) this.#options.onEvent(queued);
    });
  }
}
