/**
 * The memory that unfinished pieces take.
 *
 * @module
 */
/** The budget of piece memory; one per process. */
export declare class PieceBuffers {
  constructor(options?: { readonly budgetBytes?: number });
  readonly usedBytes: number;
}
