/**
 * What a scenario of the benchmark is: contenders that do the same work in turns, so that a ratio between them means
 * something on a machine that is never the same twice.
 *
 * @module
 */
import type { Stage } from "./stage.ts";

/** One scenario, a file of its own beside this one. */
export interface Scenario {
  /** How it is chosen: `deno task bench a`. */
  readonly letter: string;
  /** What is done. */
  readonly title: string;
  /** What is shown of each contender, in order. */
  readonly columns: readonly Column[];
  /** How often each contender is run unless the user says otherwise; default 3. */
  readonly rounds?: number;
  /** Those that take part, our own first. A program that is not installed is left out, with a line that says so. */
  contenders(stage: Stage): Promise<readonly Contender[]> | readonly Contender[];
  /** Sentences about the medians, for instance a ratio beside its target. */
  conclude?(medians: ReadonlyMap<string, Figures>): readonly string[];
}

/** A figure that is measured. */
export interface Column {
  readonly name: string;
  /** The figure as it is shown. */
  readonly format: (figure: number) => string;
}

/** One program, or pair of programs, doing the work. */
export interface Contender {
  readonly name: string;
  /** Does it once, from nothing to nothing: what it wrote is removed before this resolves. */
  run(): Promise<Figures>;
}

/** What one run took, by the name of the column. */
export type Figures = Readonly<Record<string, number>>;
