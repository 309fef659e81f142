/**
 * A progress bar on the last line of a terminal; silent where there is none.
 *
 * @module
 */

/** The bar's length in characters: with its text it fits a terminal of 80 columns. */
const BAR_LENGTH = 20;

/** A terminal, or what stands for one. */
export interface Terminal {
  /** Whether a person sees it. */
  isTerminal(): boolean;
  /** Writes text; gives how many bytes were taken. */
  writeSync(bytes: Uint8Array): number;
}

/** Draws over itself until it is disposed. */
export class ProgressLine implements Disposable {
  readonly #terminal: Terminal;
  readonly #isTerminal: boolean;

  /** Draws on this terminal. */
  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#isTerminal = terminal.isTerminal();
  }

  /** Draws; `share` is from 0 to 1. */
  draw(progress: { readonly share: number; readonly text: string }): void {
    const filled = Math.floor(progress.share * BAR_LENGTH);
    const bar = "█".repeat(filled) + "░".repeat(BAR_LENGTH - filled);
    const percent = `${Math.floor(progress.share * 100)}`.padStart(3);
    this.#write(`\r\x1b[K${bar} ${percent} %  ${progress.text}`);
  }

  /** Makes room for another line. */
  clear(): void {
    this.#write("\r\x1b[K");
  }

  /** Leaves no trace. */
  [Symbol.dispose](): void {
    this.clear();
  }

  #write(text: string): void {
    if (this.#isTerminal) this.#terminal.writeSync(new TextEncoder().encode(text));
  }
}
