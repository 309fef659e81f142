/**
 * The way of downloaded blocks to the disk: each is copied once into its piece's buffer; a full piece goes to a worker
 * with its buffer, is judged there and written there, and the buffer comes back. The loop that calls this touches no
 * disk. On a full disk pieces wait in memory, and one of them is tried again every {@link RETRY_MS}.
 *
 * @module
 */
import { type Block, BLOCK_LENGTH } from "../../shared/geometry.ts";
import { hashLeaf } from "../../shared/merkle.ts";
import type { Info } from "../../shared/metainfo.ts";
import { type DiskFault, faultError } from "./disk_fault.ts";
import type { HashPool } from "./hash_pool.ts";
import type { PieceJob, PieceResult, SpillJob, SpillResult } from "./hash_job.ts";
import type { HashTrees } from "./hash_trees.ts";
import { PieceAssembly } from "./piece_assembly.ts";
import type { BufferHolder, PieceBuffers } from "./piece_buffers.ts";
import { isEqual } from "../../shared/equal_bytes.ts";
import type { PieceExpectation, Sha1Verdict } from "./piece_check.ts";
import { StorageError } from "./storage_error.ts";
import type { StorageEvent } from "./storage_event.ts";
import type { PlacedRange } from "./written_files.ts";

/** Between two tries on a full disk: soon enough for someone who just made room, and one write a second is no load. */
const RETRY_MS = 1000;

/** What the intake needs of the storage around it. */
export interface PieceIntakeOptions {
  readonly info: Info;
  readonly pool: HashPool;
  readonly buffers: PieceBuffers;
  readonly trees: HashTrees;
  /** What the piece must hash to; `undefined` while that is not known. */
  readonly expectation: (piece: number) => PieceExpectation | undefined;
  readonly places: (piece: number) => readonly PlacedRange[];
  readonly emit: (event: StorageEvent) => void;
  /** The piece is true and written. Called before `piece-verified` is emitted. */
  readonly onVerified: (piece: number, sha1: Sha1Verdict) => void;
}

/** The pieces of one torrent that are not verified yet. */
export class PieceIntake {
  readonly #options: PieceIntakeOptions;
  readonly #pieces = new Map<number, Intake>();
  /** Failed once: their next verdict comes with digests. */
  readonly #wantsDigests = new Set<number>();
  /** Each ends when what a worker did was taken. */
  readonly #jobs = new Set<Promise<void>>();
  #state: "open" | "full" | "ended" = "open";
  #retryTimer: ReturnType<typeof setTimeout> | undefined;

  /** Nothing has come yet. */
  constructor(options: PieceIntakeOptions) {
    this.#options = options;
  }

  /** Whether the disk was full at the last try. */
  get isFull(): boolean {
    return this.#state === "full";
  }

  /** The unfinished piece, if any of its blocks came. */
  get(piece: number): PieceAssembly | undefined {
    return this.#pieces.get(piece)?.assembly;
  }

  /**
   * Takes one of our blocks; `data` is copied, or dropped when the block is here already.
   *
   * @throws {RangeError} when it is none of our blocks, or the data has not its length
   */
  write(block: Block, data: Uint8Array): void {
    const { piece, begin, length } = block;
    const { geometry } = this.#options.info;
    if (!geometry.isBlock(block) || data.length !== length) {
      throw new RangeError(`Cannot keep ${data.length} bytes as a block: current value is ${piece}:${begin}+${length}`);
    }
    if (this.#state === "ended") return;
    const intake = this.#pieces.get(piece) ?? this.#start(piece);
    const { assembly } = intake;
    const blockIndex = begin / BLOCK_LENGTH;
    if (assembly.phase !== "filling" || assembly.has(blockIndex)) return;
    const leaf = this.#options.trees.leaf(piece, blockIndex);
    if (leaf !== undefined && !this.#isProven(leaf, data)) {
      this.#options.emit({ type: "blocks-failed", piece, blockIndices: [blockIndex] });
      return;
    }
    if (assembly.buffer === undefined) assembly.buffer = this.#options.buffers.take(intake.bufferLength, intake);
    else this.#options.buffers.touch(intake);
    assembly.put(blockIndex, data, { isProven: leaf !== undefined });
    if (leaf !== undefined) this.#options.emit({ type: "blocks-verified", piece, blockIndices: [blockIndex] });
    this.#judgeIfComplete(intake);
  }

  /** Leaves of the piece became known: what is in memory is judged block by block. */
  judgeBlocks(piece: number): void {
    const intake = this.#pieces.get(piece);
    if (intake?.assembly.buffer === undefined || intake.assembly.phase !== "filling") return;
    const { assembly } = intake;
    const verified: number[] = [];
    const failed: number[] = [];
    for (const blockIndex of assembly.unproven()) {
      const leaf = this.#options.trees.leaf(piece, blockIndex);
      if (leaf === undefined) continue;
      const isProven = this.#isProven(leaf, assembly.view(blockIndex));
      if (isProven) assembly.prove(blockIndex);
      else assembly.drop(blockIndex);
      (isProven ? verified : failed).push(blockIndex);
    }
    if (verified.length > 0) this.#options.emit({ type: "blocks-verified", piece, blockIndices: verified });
    if (failed.length > 0) this.#options.emit({ type: "blocks-failed", piece, blockIndices: failed });
  }

  /** The hashes of these pieces became known: those that waited for them are judged. */
  judgeWaiting(pieces: { readonly first: number; readonly count: number }): void {
    for (let piece = pieces.first; piece < pieces.first + pieces.count; piece++) {
      const intake = this.#pieces.get(piece);
      if (intake?.assembly.phase === "waiting") this.#rejudge(intake);
    }
  }

  /** Resolves when no worker has a piece of ours. Pieces that wait for a hash or a full disk are not waited for. */
  async flush(): Promise<void> {
    while (this.#jobs.size > 0) await this.settle();
  }

  /** Resolves when what workers have now was taken, whatever they get meanwhile. */
  async settle(): Promise<void> {
    await Promise.all(this.#jobs);
  }

  /** Takes no more blocks, waits for the workers and gives all memory back. */
  async end(): Promise<void> {
    this.#end();
    await this.flush();
  }

  #start(piece: number): Intake {
    const { info } = this.#options;
    const assembly = new PieceAssembly(piece, info.geometry.pieceSize(piece));
    // Every buffer of a torrent has the length of a whole piece, unless none of its pieces is whole.
    const bufferLength = Math.min(info.pieceLength, info.geometry.length);
    const intake: Intake = { assembly, bufferLength, wasProven: false, spill: () => this.#spill(intake) };
    this.#pieces.set(piece, intake);
    return intake;
  }

  #isProven(leaf: Uint8Array, data: Uint8Array): boolean {
    return isEqual(leaf, hashLeaf(data));
  }

  #judgeIfComplete(intake: Intake): void {
    const { assembly } = intake;
    if (this.#state === "ended" || assembly.phase !== "filling" || assembly.isSpilling || !assembly.isComplete) return;
    const expectation = this.#options.expectation(assembly.piece);
    if (expectation === undefined) {
      assembly.phase = "waiting";
      return;
    }
    // All of it may have been spilled when the last block arrived during the spill of the others.
    const buffer = assembly.buffer ?? this.#options.buffers.take(intake.bufferLength, intake);
    this.#options.buffers.sendAway(intake.bufferLength, intake);
    this.#judge(intake, { buffer, expectation });
  }

  /** Hands the piece to a worker. Its buffer is counted as away already. */
  #judge(intake: Intake, options: { readonly buffer: ArrayBuffer; readonly expectation: PieceExpectation }): void {
    const { assembly } = intake;
    const { piece, length } = assembly;
    intake.wasProven = assembly.isProven;
    assembly.phase = "judging";
    assembly.buffer = undefined;
    const job: PieceJob = {
      type: "piece",
      ...options,
      length,
      places: this.#options.places(piece),
      spilled: assembly.onDisk(),
      wantsDigests: this.#wantsDigests.has(piece),
    };
    this.#track(intake, this.#options.pool.judge(job), (result) => this.#take(intake, result));
  }

  #take(intake: Intake, result: PieceResult): void {
    if (result.type === "stuck") {
      this.#takeStuck(intake, result);
      return;
    }
    const { piece } = intake.assembly;
    const { trees, buffers, emit, onVerified } = this.#options;
    buffers.giveBack(result.buffer);
    this.#pieces.delete(piece);
    if (result.type === "wrong") {
      this.#wantsDigests.add(piece);
      emit({ type: "piece-failed", piece, digests: result.digests });
      if (intake.wasProven) this.#fail(inconsistency(piece));
      return;
    }
    this.#wantsDigests.delete(piece);
    trees.forgetLeaves(piece);
    onVerified(piece, result.sha1);
    emit({ type: "piece-verified", piece, ...(result.digests === undefined ? {} : { digests: result.digests }) });
    if (this.#state === "full") this.#recover();
  }

  #takeStuck(intake: Intake, result: { readonly buffer: ArrayBuffer; readonly fault: DiskFault }): void {
    const { buffers } = this.#options;
    if (this.#state === "ended") {
      buffers.giveBack(result.buffer);
      return;
    }
    buffers.park(intake.bufferLength);
    intake.assembly.buffer = result.buffer;
    intake.assembly.phase = "stuck";
    this.#stop(result.fault);
  }

  #spill(intake: Intake): void {
    const { assembly, bufferLength } = intake;
    const { buffer, phase } = assembly;
    const isMovable = phase === "filling" || phase === "waiting";
    if (buffer === undefined || !isMovable || assembly.isSpilling || this.#state !== "open") return;
    this.#options.buffers.sendAway(bufferLength, intake);
    assembly.buffer = undefined;
    assembly.isSpilling = true;
    const places = this.#options.places(assembly.piece);
    const job: SpillJob = { type: "spill", buffer, runs: assembly.leave(), places };
    this.#track(intake, this.#options.pool.spill(job), (result) => this.#takeSpilled(intake, result));
  }

  #takeSpilled(intake: Intake, result: SpillResult): void {
    const { assembly, bufferLength } = intake;
    const { buffers } = this.#options;
    const { buffer, fault } = result;
    assembly.isSpilling = false;
    if (fault === undefined || this.#state === "ended") {
      assembly.arrive();
      buffers.giveBack(buffer);
    } else {
      if (assembly.buffer === undefined) buffers.comeBack(bufferLength, intake);
      else buffers.giveBack(buffer);
      assembly.stay(buffer);
      this.#stop(fault);
    }
    if (assembly.phase === "waiting") this.#rejudge(intake);
    else this.#judgeIfComplete(intake);
  }

  /** A write failed: a full disk is waited for, anything else ends it. */
  #stop(fault: DiskFault): void {
    const error = faultError(fault);
    if (fault.code !== "full") {
      this.#fail(error);
      return;
    }
    if (this.#state === "open") {
      this.#state = "full";
      this.#options.emit({ type: "full", error });
    }
    this.#retryTimer ??= setTimeout(() => {
      this.#retryTimer = undefined;
      this.#retry();
    }, RETRY_MS);
  }

  /** Looks for room with one stuck piece; without any there is nothing to write, so nothing that does not fit. */
  #retry(): void {
    for (const intake of this.#pieces.values()) {
      if (intake.assembly.phase !== "stuck") continue;
      this.#judgeStuck(intake);
      return;
    }
    this.#recover();
  }

  #recover(): void {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    this.#state = "open";
    this.#options.emit({ type: "ready" });
    for (const intake of this.#pieces.values()) {
      if (intake.assembly.phase === "stuck") this.#judgeStuck(intake);
    }
  }

  #judgeStuck(intake: Intake): void {
    const { buffer, piece } = intake.assembly;
    const expectation = this.#options.expectation(piece);
    if (buffer === undefined || expectation === undefined) return;
    this.#options.buffers.unpark(intake.bufferLength);
    this.#judge(intake, { buffer, expectation });
  }

  #rejudge(intake: Intake): void {
    intake.assembly.phase = "filling";
    this.#judgeIfComplete(intake);
  }

  #fail(error: StorageError): void {
    if (this.#state === "ended") return;
    this.#options.emit({ type: "failed", error });
    this.#end();
  }

  #end(): void {
    this.#state = "ended";
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    const { buffers } = this.#options;
    for (const intake of this.#pieces.values()) {
      const { buffer, phase } = intake.assembly;
      if (buffer === undefined) continue;
      if (phase === "stuck") buffers.unpark(intake.bufferLength);
      else buffers.sendAway(intake.bufferLength, intake);
      intake.assembly.buffer = undefined;
      buffers.giveBack(buffer);
    }
    this.#pieces.clear();
  }

  /** Knows of a job until its result is taken. When the worker died, so did the buffer. */
  #track<Result>(intake: Intake, job: Promise<Result>, take: (result: Result) => void): void {
    const lose = (error: unknown) => {
      this.#options.buffers.lose(intake.bufferLength);
      this.#fail(new StorageError("io", `The hash worker failed: ${String(error)}`, { cause: error }));
    };
    // What the second handler gets is a dead worker; what `take` may throw is a fault of ours and must be loud.
    const taken = job.then(take, lose).finally(() => this.#jobs.delete(taken));
    this.#jobs.add(taken);
  }
}

/** An unfinished piece and what it costs. */
interface Intake extends BufferHolder {
  readonly assembly: PieceAssembly;
  readonly bufferLength: number;
  /** Every block of what is being judged was proven alone. */
  wasProven: boolean;
}

function inconsistency(piece: number): StorageError {
  const message = `The torrent contradicts itself: piece ${piece} has the right SHA-256 and can never have its SHA-1`;
  return new StorageError("inconsistent", message);
}
