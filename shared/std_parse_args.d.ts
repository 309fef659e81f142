/**
 * The types of `@std/cli/parse-args` as this project calls it: the package that the import map names ships none.
 *
 * @module
 */

/** What {@link parseArgs} is told. */
export interface ParseOptions {
  /** Flags that take a text. */
  readonly string?: readonly string[];
  /** Flags that take none. */
  readonly boolean?: readonly string[];
  /** Flags whose texts are gathered in a list. */
  readonly collect?: readonly string[];
  /** Other names of flags. */
  readonly alias?: Readonly<Record<string, string>>;
  /** Called with each argument that no flag explains; false drops it. */
  readonly unknown?: (argument: string, key?: string, value?: unknown) => unknown;
}

/** The flags by name, and under `_` what stands beside them. */
export type ParsedArguments = Readonly<Record<string, unknown>> & { readonly _: readonly (string | number)[] };

/** Splits a command line into flags and operands. */
export declare function parseArgs(args: readonly string[], options?: ParseOptions): ParsedArguments;
