/**
 * The workers that hash and write, so that the loop that reads sockets does neither (but for the smallest pieces, see
 * {@link ON_LOOP_LENGTH}). Workers start when first needed: a program that only seeds what it knows has none. Downloaded
 * pieces go first, then spills, then the check after a restart, then shares; a job of the last two is about
 * {@link BATCH_LENGTH} of hashing, so no piece waits long.
 *
 * @module
 */
import { HASH_LENGTH } from "../../shared/merkle.ts";
import { BLOCK_LENGTH } from "../../shared/geometry.ts";
import type { FileHashes } from "../../shared/metainfo_create.ts";
import { faultError } from "./disk_fault.ts";
import type {
  CheckedPiece,
  HashAnswer,
  HashJob,
  HashReply,
  HashRequest,
  PieceJob,
  PieceResult,
  SpillJob,
  SpillResult,
} from "./hash_job.ts";
import { HashDesk } from "./hash_desk.ts";
import { SHA1_LENGTH } from "./piece_check.ts";

/** Workers unless told otherwise: what a machine of two cores does best with while one of them reads sockets. */
const DEFAULT_WORKER_COUNT = 2;

/** Jobs given to one worker before it answered: one in work and one waiting, so that it never idles between two. */
const JOBS_PER_WORKER = 2;

/** Bytes hashed by one job of a check or of a share: 12 ms of work at the 650 MB/s that both hashes cost. */
const BATCH_LENGTH = 8 * 1024 * 1024;

/** Pieces in one check job, for torrents of tiny pieces: their descriptions are cloned. */
const MAX_BATCH_PIECES = 256;

/** The order in which waiting jobs are taken, by type. */
const URGENCY: Readonly<Record<HashJob["type"], 0 | 1 | 2 | 3>> = { close: 0, piece: 0, spill: 1, check: 2, range: 3 };

/** How far a long job is and how to end it. */
export interface LongJobOptions {
  /** Called with the bytes done so far and in all, about every 8 MiB. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  readonly signal?: AbortSignal;
}

/** A file to hash: all of it is read, `length` as `stat` gave it. */
export interface FileToHash {
  readonly path: string;
  readonly length: number;
  /** A multiple of the block length (BEP 52). */
  readonly pieceLength: number;
}

/**
 * Pieces up to this length are judged and written where they are: two messages cost the loop more than the 15 to 30 µs
 * of hashing and writing (measured: 16 KiB pieces at 420 to 600 MB/s so, 200 MB/s through workers; even at 64 KiB).
 */
const ON_LOOP_LENGTH = 32 * 1024;

/** A job and who waits for it. */
interface Ticket extends HashRequest {
  readonly answered: PromiseWithResolvers<HashAnswer>;
}

/** One worker and what it has been given. */
interface Desk {
  readonly worker: Worker;
  readonly tickets: Map<number, Ticket>;
}

/** The hash workers of a process. */
export class HashPool implements AsyncDisposable {
  /** How many workers there will be at most. */
  readonly workerCount: number;
  readonly #desks = new Set<Desk>();
  readonly #queues: readonly [Ticket[], Ticket[], Ticket[], Ticket[]] = [[], [], [], []];
  /** For small pieces. */
  readonly #loopDesk = new HashDesk();
  #nextId = 1;
  #isDisposed = false;

  /**
   * A pool without a worker yet.
   *
   * @throws {RangeError} unless `workerCount` is a whole number above 0
   */
  constructor(options: { readonly workerCount?: number } = {}) {
    const { workerCount = DEFAULT_WORKER_COUNT } = options;
    if (!Number.isInteger(workerCount) || workerCount < 1) {
      throw new RangeError(`Cannot use a number as worker count: current value is ${workerCount}`);
    }
    this.workerCount = workerCount;
  }

  /** Judges a complete piece and writes it when it is true. Takes the job's buffer; the result brings it back. */
  async judge(job: PieceJob): Promise<PieceResult> {
    const isSmall = job.length <= ON_LOOP_LENGTH && !this.#isDisposed;
    const answer = isSmall ? this.#loopDesk.run(job) : await this.#run(job, [job.buffer]);
    if (answer.type !== "piece") throw new TypeError(`Cannot take ${answer.type} as the answer to a piece`);
    return answer.result;
  }

  /** Writes parts of an incomplete piece to their place. Takes the job's buffer; the result brings it back. */
  async spill(job: SpillJob): Promise<SpillResult> {
    const answer = await this.#run(job, [job.buffer]);
    if (answer.type !== "spill") throw new TypeError(`Cannot take ${answer.type} as the answer to a spill`);
    return answer.result;
  }

  /** Which of the pieces are true as they lie on disk, in the order given. Ends early when aborted (by throwing). */
  async check(pieces: readonly CheckedPiece[], options: LongJobOptions = {}): Promise<readonly boolean[]> {
    const totalBytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
    let doneBytes = 0;
    const results = await this.#inWindow(batchesOf(pieces), async (batch) => {
      const answer = await this.#run({ type: "check", pieces: batch }, []);
      if (answer.type !== "check") throw new TypeError(`Cannot take ${answer.type} as the answer to a check`);
      for (const piece of batch) doneBytes += piece.length;
      options.onProgress?.(doneBytes, totalBytes);
      return answer.result.areTrue;
    }, options.signal);
    return results.flat();
  }

  /**
   * Hashes a whole file both ways, on all workers at once.
   *
   * @throws {StorageError} when it cannot be read, or is shorter than `length`
   */
  async hashFile(file: FileToHash, options: LongJobOptions = {}): Promise<FileHashes> {
    const { path, length, pieceLength } = file;
    const pieceHashes = new Uint8Array(Math.ceil(length / pieceLength) * SHA1_LENGTH);
    const leaves = new Uint8Array(Math.ceil(length / BLOCK_LENGTH) * HASH_LENGTH);
    const rangeLength = Math.max(pieceLength, BATCH_LENGTH - BATCH_LENGTH % pieceLength);
    let doneBytes = 0;
    await this.#inWindow(offsetsOf(length, rangeLength), async (offset) => {
      const partLength = Math.min(rangeLength, length - offset);
      const answer = await this.#run({ type: "range", path, offset, length: partLength, pieceLength }, []);
      if (answer.type !== "range") throw new TypeError(`Cannot take ${answer.type} as the answer to a range`);
      if (answer.result.type === "failed") throw faultError(answer.result.fault);
      pieceHashes.set(answer.result.pieceHashes, offset / pieceLength * SHA1_LENGTH);
      leaves.set(answer.result.leaves, offset / BLOCK_LENGTH * HASH_LENGTH);
      doneBytes += partLength;
      options.onProgress?.(doneBytes, length);
    }, options.signal);
    return { length, pieceLength, pieceHashes, leaves };
  }

  /** Lets go of files that were written, in every worker; done when none holds them open. */
  async close(paths: readonly string[]): Promise<void> {
    this.#loopDesk.run({ type: "close", paths });
    const closing: Promise<HashAnswer>[] = [];
    for (const desk of this.#desks) {
      const ticket = this.#ticket({ type: "close", paths });
      this.#post(desk, ticket, []);
      closing.push(ticket.answered.promise);
    }
    await Promise.all(closing);
  }

  /** Ends the workers. Whatever was asked and not answered is rejected. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    this.#loopDesk[Symbol.dispose]();
    const reason = new DOMException("The hash pool was closed", "AbortError");
    for (const desk of [...this.#desks]) this.#endDesk(desk, reason);
    for (const queue of this.#queues) {
      for (const ticket of queue.splice(0)) ticket.answered.reject(reason);
    }
    return Promise.resolve();
  }

  /** Runs over `items` with as many at once as keep all workers busy; the results are in the order of the items. */
  async #inWindow<Item, Result>(
    items: Iterable<Item>,
    run: (item: Item) => Promise<Result>,
    signal: AbortSignal | undefined,
  ): Promise<Result[]> {
    const results: Result[] = [];
    const entries = [...items].entries();
    let hasFailed = false;
    const lane = async () => {
      try {
        for (const [index, item] of entries) {
          if (hasFailed) return;
          signal?.throwIfAborted();
          results[index] = await run(item);
        }
        signal?.throwIfAborted();
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    };
    const lanes = await Promise.allSettled(Array.from({ length: this.workerCount * JOBS_PER_WORKER }, lane));
    for (const outcome of lanes) if (outcome.status === "rejected") throw outcome.reason;
    return results;
  }

  #run(job: Exclude<HashJob, { readonly type: "close" }>, transfer: readonly ArrayBuffer[]): Promise<HashAnswer> {
    const ticket = this.#ticket(job);
    if (this.#isDisposed) {
      ticket.answered.reject(new DOMException("The hash pool was closed", "AbortError"));
    } else {
      const desk = this.#freeDesk();
      if (desk === undefined) this.#queues[URGENCY[job.type]].push(ticket);
      else this.#post(desk, ticket, transfer);
    }
    return ticket.answered.promise;
  }

  #ticket(job: HashJob): Ticket {
    return { id: this.#nextId++, job, answered: Promise.withResolvers() };
  }

  /** The least busy worker that may have another job; starts one while all others have work. */
  #freeDesk(): Desk | undefined {
    let free: Desk | undefined;
    for (const desk of this.#desks) {
      if (free === undefined || desk.tickets.size < free.tickets.size) free = desk;
    }
    if (free?.tickets.size === 0) return free;
    if (this.#desks.size < this.workerCount) return this.#startDesk();
    return free !== undefined && free.tickets.size < JOBS_PER_WORKER ? free : undefined;
  }

  #post(desk: Desk, ticket: Ticket, transfer: readonly ArrayBuffer[]): void {
    desk.tickets.set(ticket.id, ticket);
    desk.worker.postMessage({ id: ticket.id, job: ticket.job } satisfies HashRequest, [...transfer]);
  }

  #startDesk(): Desk {
    const worker = new Worker(new URL("./hash_worker.ts", import.meta.url), { type: "module", name: "hash" });
    const desk: Desk = { worker, tickets: new Map() };
    this.#desks.add(desk);
    worker.onmessage = ({ data }: MessageEvent<HashReply>) => this.#take(desk, data);
    worker.onerror = (event) => {
      // A worker that cannot even load: the default would end the whole program.
      event.preventDefault();
      this.#endDesk(desk, new Error(`The hash worker failed: ${event.message}`));
      this.#feedAll();
    };
    return desk;
  }

  #take(desk: Desk, reply: HashReply): void {
    const ticket = desk.tickets.get(reply.id);
    if (ticket === undefined) throw new TypeError(`Cannot match the answer ${reply.id} with a job`);
    desk.tickets.delete(reply.id);
    this.#feed(desk);
    if (reply.type === "answer") ticket.answered.resolve(reply.answer);
    else ticket.answered.reject(new Error(`The hash worker failed: ${reply.message}`));
  }

  #feed(desk: Desk): void {
    while (desk.tickets.size < JOBS_PER_WORKER) {
      const ticket = this.#queues.find((queue) => queue.length > 0)?.shift();
      if (ticket === undefined) return;
      this.#post(desk, ticket, "buffer" in ticket.job ? [ticket.job.buffer] : []);
    }
  }

  #feedAll(): void {
    if (this.#isDisposed || this.#queues.every((queue) => queue.length === 0)) return;
    this.#feed(this.#freeDesk() ?? this.#startDesk());
  }

  #endDesk(desk: Desk, reason: Error): void {
    this.#desks.delete(desk);
    desk.worker.terminate();
    for (const ticket of desk.tickets.values()) ticket.answered.reject(reason);
    desk.tickets.clear();
  }
}

function* offsetsOf(length: number, step: number): Iterable<number> {
  for (let offset = 0; offset < length; offset += step) yield offset;
}

function* batchesOf(pieces: readonly CheckedPiece[]): Iterable<CheckedPiece[]> {
  let batch: CheckedPiece[] = [];
  let bytes = 0;
  for (const piece of pieces) {
    batch.push(piece);
    bytes += piece.length;
    if (bytes < BATCH_LENGTH && batch.length < MAX_BATCH_PIECES) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}
