/**
 * The part of a long list that is on the screen, and some around it: blocks of rows are asked for by their place, a newer
 * question overtakes an older one, and a refresh keeps what is on the screen until the new rows are here. Ten thousand
 * rows cost as much as a few screens of them.
 *
 * @module
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import { ApiProblem } from "./api_call.ts";

/** Rows from some place on. */
export interface RowsBlock<Row> {
  readonly rows: readonly Row[];
  /** Rows of the whole list. */
  readonly totalCount: number;
  /** Why the rows may be incomplete, as a sentence. */
  readonly message?: string;
  /** Which state of the list this is a part of. */
  readonly version: string;
}

/** A block that is asked for. */
export interface BlockRequest<Question> {
  readonly question: Question;
  /** Index of its first row in the list. */
  readonly offset: number;
  /** Rows at most. */
  readonly limit: number;
  readonly signal: AbortSignal;
}

/** What is to be shown. */
export interface RowsState<Row> {
  /** `loading`: nothing to show yet; `failed`: nothing to show, and why is in `message`. */
  readonly phase: "loading" | "ready" | "failed";
  readonly totalCount: number;
  /** Rows by the number of their block; a row that is not in them is on its way. */
  readonly blocks: ReadonlyMap<number, readonly Row[]>;
  readonly message: string | undefined;
  /** The state of the list that is shown; empty until known. */
  readonly version: string;
}

/** Rows of the list from `first` up to `end`, without `end`. */
export interface RowRange {
  readonly first: number;
  readonly end: number;
}

/** Rows asked for at once: about three screens of cards. */
export const BLOCK_LENGTH = 100;

/** Blocks kept on either side of the screen: scrolling back a little needs no question. */
const KEPT_BLOCKS = 4;

/** What is shown before the first answer. */
const NOTHING_YET = { phase: "loading", totalCount: 0, blocks: new Map(), message: undefined, version: "" } as const;

/** A list seen through a window. */
export class WindowedRows<Row, Question> {
  readonly #fetchBlock: (request: BlockRequest<Question>) => Promise<RowsBlock<Row>>;
  readonly #state = signal<RowsState<Row>>(NOTHING_YET);
  #question: Question | undefined;
  #range: RowRange = { first: 0, end: 1 };
  /** Ends the calls of the question that is asked now. */
  #asking = new AbortController();
  readonly #pending = new Set<number>();
  #isRefreshing = false;
  #isRefreshWanted = false;

  /** What is to be shown now. */
  readonly state: ReadonlySignal<RowsState<Row>> = this.#state;

  /**
   * Rows that nobody has asked for yet.
   *
   * @param fetchBlock asks for a block; an ApiProblem is shown, an AbortError is our own doing
   */
  constructor(fetchBlock: (request: BlockRequest<Question>) => Promise<RowsBlock<Row>>) {
    this.#fetchBlock = fetchBlock;
  }

  /**
   * Shows the answer to another question, from its beginning. What is shown stays until then.
   *
   * @param question what to look for
   * @returns when it is shown or was overtaken
   */
  async ask(question: Question): Promise<void> {
    this.#question = question;
    this.#range = { first: 0, end: 1 };
    await this.#reload();
  }

  /**
   * Asks the same question again, for what is on the screen; while that is under way, once more after it.
   *
   * @returns when the new rows are shown
   */
  async refresh(): Promise<void> {
    if (this.#question === undefined) return;
    if (this.#isRefreshing) {
      this.#isRefreshWanted = true;
      return;
    }
    await this.#reload();
  }

  /**
   * Says what is on the screen: what of it is missing is asked for.
   *
   * @param range the rows
   * @returns when they are shown
   */
  async show(range: RowRange): Promise<void> {
    this.#range = range;
    if (this.#state.value.phase !== "ready" || this.#isRefreshing) return;
    const missing = blocksOf(range, this.#state.value.totalCount).filter((block) =>
      !this.#state.value.blocks.has(block) && !this.#pending.has(block)
    );
    await Promise.all(missing.map((block) => this.#loadMore(block)));
  }

  /** What is asked now; `undefined` before the first question. */
  get question(): Question | undefined {
    return this.#question;
  }

  /** Shows nothing of what was answered, now or by what is under way: it is not true any more. Then {@link refresh}. */
  forget(): void {
    this.#asking.abort();
    this.#pending.clear();
    [this.#isRefreshing, this.#isRefreshWanted] = [false, false];
    this.#state.value = NOTHING_YET;
  }

  /** Ends whatever is under way; a question begins anew. */
  close(): void {
    this.#isRefreshWanted = false;
    this.#asking.abort();
  }

  async #reload(): Promise<void> {
    this.#asking.abort();
    const asking = this.#asking = new AbortController();
    this.#pending.clear();
    this.#isRefreshing = true;
    this.#isRefreshWanted = false;
    try {
      const wanted = blocksOf(this.#range, Infinity);
      const loaded = await Promise.all(wanted.map((block) => this.#fetch(block, asking.signal)));
      if (asking.signal.aborted) return;
      this.#take(new Map(wanted.map((block, index) => [block, loaded[index]?.rows ?? []])), loaded[0]);
    } catch (error) {
      if (!this.#fail(error, asking.signal)) return;
    } finally {
      if (this.#asking === asking) this.#isRefreshing = false;
    }
    // Meanwhile it may have been scrolled, or the list have changed once more.
    if (this.#isRefreshWanted) await this.refresh();
    else await this.show(this.#range);
  }

  async #loadMore(block: number): Promise<void> {
    const { signal } = this.#asking;
    this.#pending.add(block);
    try {
      const loaded = await this.#fetch(block, signal);
      if (signal.aborted) return;
      this.#take(new Map(this.#state.value.blocks).set(block, loaded.rows), loaded);
    } catch (error) {
      this.#fail(error, signal);
    } finally {
      if (!signal.aborted) this.#pending.delete(block);
    }
  }

  #fetch(block: number, signal: AbortSignal): Promise<RowsBlock<Row>> {
    if (this.#question === undefined) throw new TypeError("Cannot fetch rows before a question was asked");
    return this.#fetchBlock({ question: this.#question, offset: block * BLOCK_LENGTH, limit: BLOCK_LENGTH, signal });
  }

  #take(blocks: ReadonlyMap<number, readonly Row[]>, latest: RowsBlock<Row> | undefined): void {
    if (latest === undefined) return;
    const { totalCount, version, message } = latest;
    const near = blocksOf(this.#range, totalCount);
    const first = (near[0] ?? 0) - KEPT_BLOCKS;
    const last = (near.at(-1) ?? 0) + KEPT_BLOCKS;
    const kept = new Map([...blocks].filter(([block]) => block >= first && block <= last));
    this.#state.value = { phase: "ready", totalCount, blocks: kept, message, version };
  }

  /** Shows why there is no answer. False when nobody waits for one any more. */
  #fail(error: unknown, signal: AbortSignal): boolean {
    if (signal.aborted) return false;
    if (!(error instanceof ApiProblem)) throw error;
    const phase = this.#state.value.blocks.size === 0 ? "failed" : "ready";
    this.#state.value = { ...this.#state.value, phase, message: error.message };
    return phase === "failed" && this.#isRefreshWanted;
  }
}

/**
 * A row of what is shown.
 *
 * @param state what is shown
 * @param index the row's index in the list
 * @returns the row, or `undefined` while it is on its way
 */
export function rowAt<Row>(state: RowsState<Row>, index: number): Row | undefined {
  return state.blocks.get(Math.floor(index / BLOCK_LENGTH))?.[index % BLOCK_LENGTH];
}

/** The numbers of the blocks that a range touches, in a list of so many rows. */
function blocksOf({ first, end }: RowRange, totalCount: number): readonly number[] {
  const from = Math.floor(Math.max(0, first) / BLOCK_LENGTH);
  const until = Math.max(from + 1, Math.ceil(Math.min(end, totalCount) / BLOCK_LENGTH));
  return Array.from({ length: until - from }, (_, index) => from + index);
}
