/**
 * The process's open files, read only.
 *
 * @module
 */
/** The files held open for reading, least recently used closed first; one per process. */
export declare class OpenFiles implements Disposable {
  constructor(options?: { readonly maxCount?: number });
  [Symbol.dispose](): void;
}
