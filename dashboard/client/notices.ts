/**
 * Short messages to the user about what was just done or could not be done. They go by themselves, problems later than
 * good news, or when they are dismissed.
 *
 * @module
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import { ApiProblem } from "./api_call.ts";

/** One message. */
export interface Notice {
  readonly id: number;
  readonly kind: "news" | "problem";
  readonly text: string;
}

/** Long enough to read a sentence twice. */
const NEWS_MS = 6000;
/** Long enough to read it, do something about it, and look again. */
const PROBLEM_MS = 20_000;
/** Older ones make room: more would hide the page. */
const MAX_NOTICES = 4;

/** The messages on the screen. */
export class Notices {
  readonly #list = signal<readonly Notice[]>([]);
  #lastId = 0;

  /** What is on the screen, the oldest first. */
  readonly list: ReadonlySignal<readonly Notice[]> = this.#list;

  /**
   * Says what was done.
   *
   * @param text a sentence
   */
  say(text: string): void {
    this.#add({ kind: "news", text }, NEWS_MS);
  }

  /**
   * Says what could not be done.
   *
   * @param text a sentence that says what to do about it, if anything can be done
   */
  complain(text: string): void {
    this.#add({ kind: "problem", text }, PROBLEM_MS);
  }

  /**
   * Takes a message away.
   *
   * @param id which
   */
  dismiss(id: number): void {
    this.#list.value = this.#list.value.filter((notice) => notice.id !== id);
  }

  /**
   * Does something for the user, and says so when the server does not let it be.
   *
   * @param task what to do
   * @returns whether it was done
   */
  async attempt(task: () => Promise<void>): Promise<boolean> {
    try {
      await task();
      return true;
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      this.complain(error.message);
      return false;
    }
  }

  #add(notice: Omit<Notice, "id">, shownMs: number): void {
    const id = ++this.#lastId;
    const others = this.#list.value.filter((other) => other.text !== notice.text);
    this.#list.value = [...others, { id, ...notice }].slice(-MAX_NOTICES);
    setTimeout(() => this.dismiss(id), shownMs);
  }
}
