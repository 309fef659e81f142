/**
 * Runs what is due when it is due: with one timer, and a bounded number of tasks at a time, however many items wait.
 *
 * @module
 */

import type { Clock } from "./clock.ts";
import { DueQueue } from "./due_queue.ts";

/** What a {@link Schedule} runs. */
export interface ScheduleOptions<Item> {
  readonly clock: Clock;
  /** Tasks at a time. */
  readonly maxConcurrent: number;
  /** Gives a task that goes before all that is due; undefined when there is none. */
  readonly urgent: () => Promise<void> | undefined;
  /** An item is due, and out of the schedule. Gives the task that it begins; undefined when that was all. */
  readonly begin: (item: Item) => Promise<void> | undefined;
}

/** Items in the order of their time, and the tasks that some of them have become. */
export class Schedule<Item> {
  readonly #options: ScheduleOptions<Item>;
  readonly #queue = new DueQueue<Item>();
  readonly #running = new Set<Promise<void>>();
  #isStopped = false;
  #timer: Disposable | undefined;
  #timerDueMs = Infinity;

  /** Empty. */
  constructor(options: ScheduleOptions<Item>) {
    this.#options = options;
  }

  /** When an item is due, undefined when it is not waiting. */
  dueMs(item: Item): number | undefined {
    return this.#queue.dueMs(item);
  }

  /** Puts an item in, or elsewhere. Nothing begins before {@link pump}. */
  set(item: Item, dueMs: number): void {
    this.#queue.set(item, dueMs);
  }

  /** Takes an item out. */
  delete(item: Item): void {
    this.#queue.delete(item);
  }

  /** Begins what is due and may run, then sets the one timer for the rest. */
  pump(): void {
    if (this.#isStopped) return;
    const { clock, maxConcurrent, urgent, begin } = this.#options;
    while (this.#running.size < maxConcurrent) {
      let task = urgent();
      if (task === undefined) {
        const item = this.#queue.popDue(clock.now());
        if (item === undefined) break;
        task = begin(item);
      }
      if (task !== undefined) this.#run(task);
    }
    this.#setTimer();
  }

  /** Begins nothing any more. Gives the tasks that are running. */
  stop(): readonly Promise<void>[] {
    this.#isStopped = true;
    this.#timer?.[Symbol.dispose]();
    this.#queue.clear();
    return [...this.#running];
  }

  #run(task: Promise<void>): void {
    const running = task.finally(() => {
      this.#running.delete(running);
      this.pump();
    });
    this.#running.add(running);
  }

  #setTimer(): void {
    const { clock, maxConcurrent } = this.#options;
    // With all places taken, the end of a task comes before the timer anyway.
    const dueMs = this.#running.size < maxConcurrent ? this.#queue.nextDueMs ?? Infinity : Infinity;
    if (this.#timer !== undefined && this.#timerDueMs === dueMs) return;
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#timerDueMs = dueMs;
    if (dueMs === Infinity) return;
    this.#timer = clock.after(Math.max(0, Math.ceil(dueMs - clock.now())), () => {
      this.#timer = undefined;
      this.pump();
    });
  }
}
