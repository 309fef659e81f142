/**
 * The catalogue as far as it was scrolled to: pages by cursor, a newer question overtaking an older one, and a quiet
 * refresh that keeps what is on the screen until the new rows are here.
 *
 * @module
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import { ApiProblem, type CatalogueRequest, PAGE_LENGTH } from "./api.ts";
import type { CatalogueSort } from "./router.ts";

/** One page of rows. */
export interface RowsPage<Row> {
  readonly rows: readonly Row[];
  readonly totalCount: number;
  readonly nextCursor?: string;
  /** Why the rows may be incomplete, as a sentence. */
  readonly message?: string;
}

/** What is to be shown. */
export interface RowsState<Row> {
  /** `loading`: nothing to show yet; `failed`: nothing to show, and why is in `message`. */
  readonly phase: "loading" | "ready" | "failed";
  readonly rows: readonly Row[];
  readonly totalCount: number;
  readonly hasMore: boolean;
  readonly message: string | undefined;
}

/** A refresh asks again for what was scrolled to, but for no more than this many pages. */
const MAX_REFRESH_PAGES = 5;

/** Rows that come in pages. */
export class PagedRows<Row> {
  readonly #fetchPage: (request: CatalogueRequest) => Promise<RowsPage<Row>>;
  readonly #state = signal<RowsState<Row>>({
    phase: "loading",
    rows: [],
    totalCount: 0,
    hasMore: false,
    message: undefined,
  });
  #question: { readonly query: string; readonly sort: CatalogueSort } = { query: "", sort: "new" };
  #cursor: string | undefined;
  #running: AbortController | undefined;
  #isRefreshWanted = false;

  /** What is to be shown now. */
  readonly state: ReadonlySignal<RowsState<Row>> = this.#state;

  /**
   * Rows that nobody has asked for yet.
   *
   * @param fetchPage asks for one page; an ApiProblem is shown, an AbortError is our own doing
   */
  constructor(fetchPage: (request: CatalogueRequest) => Promise<RowsPage<Row>>) {
    this.#fetchPage = fetchPage;
  }

  /**
   * Shows the answer to another question. The rows of the old one stay until then.
   *
   * @param question what to look for and in which order
   * @returns when it is shown or was overtaken
   */
  async ask(question: { readonly query: string; readonly sort: CatalogueSort }): Promise<void> {
    this.#running?.abort();
    this.#question = question;
    await this.#load({ pageCount: 1 });
  }

  /**
   * Asks the same question again; while a call is under way, once more after it.
   *
   * @returns when the new rows are shown
   */
  async refresh(): Promise<void> {
    if (this.#running !== undefined) {
      this.#isRefreshWanted = true;
      return;
    }
    const pages = Math.ceil(this.#state.value.rows.length / PAGE_LENGTH);
    await this.#load({ pageCount: Math.min(MAX_REFRESH_PAGES, Math.max(1, pages)) });
  }

  /**
   * Adds the next page.
   *
   * @returns when it is shown; at once when there is none or a call is under way
   */
  async more(): Promise<void> {
    const cursor = this.#cursor;
    if (cursor === undefined || this.#running !== undefined) return;
    await this.#load({ pageCount: 1, cursor });
  }

  /** Ends whatever is under way. */
  close(): void {
    this.#isRefreshWanted = false;
    this.#running?.abort();
    this.#running = undefined;
  }

  async #load(options: { readonly pageCount: number; readonly cursor?: string }): Promise<void> {
    const running = new AbortController();
    this.#running = running;
    try {
      const kept = options.cursor === undefined ? [] : this.#state.value.rows;
      const loaded = await this.#fetchPages({ ...options, signal: running.signal });
      if (running.signal.aborted) return;
      this.#cursor = loaded.nextCursor;
      this.#state.value = {
        phase: "ready",
        rows: [...kept, ...loaded.rows],
        totalCount: loaded.totalCount,
        hasMore: loaded.nextCursor !== undefined,
        message: loaded.message,
      };
    } catch (error) {
      if (running.signal.aborted) return;
      if (!(error instanceof ApiProblem)) throw error;
      const phase = this.#state.value.rows.length === 0 ? "failed" : "ready";
      this.#state.value = { ...this.#state.value, phase, message: error.message };
    } finally {
      if (this.#running === running) this.#running = undefined;
    }
    if (this.#isRefreshWanted) {
      this.#isRefreshWanted = false;
      await this.refresh();
    }
  }

  async #fetchPages(
    options: { readonly pageCount: number; readonly cursor?: string; readonly signal: AbortSignal },
  ): Promise<RowsPage<Row>> {
    let page = await this.#fetchPage({
      ...this.#question,
      signal: options.signal,
      ...(options.cursor === undefined ? {} : { cursor: options.cursor }),
    });
    for (let count = 1; count < options.pageCount && page.nextCursor !== undefined; count++) {
      const next = await this.#fetchPage({ ...this.#question, cursor: page.nextCursor, signal: options.signal });
      page = { ...next, rows: [...page.rows, ...next.rows] };
    }
    return page;
  }
}
