/**
 * The workers that hash and write.
 *
 * @module
 */
/** The hash workers of a process; started when first needed. */
export declare class HashPool implements AsyncDisposable {
  constructor(options?: { readonly workerCount?: number });
  [Symbol.asyncDispose](): Promise<void>;
}
