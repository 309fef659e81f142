/**
 * The files of a share that are offered now. Subtitles follow the film beside them: they are offered after it, and
 * withdrawn with it. Each change is told as an event, once.
 *
 * @module
 */
import { isPlatformError } from "./disk_fault.ts";
import type { ShareEvent } from "./share_event.ts";
import type { SharedFile } from "./shared_file.ts";
import { Sidecars } from "./sidecars.ts";

/** Whom to tell. */
export interface OfferedFilesOptions {
  readonly onEvent: (event: ShareEvent) => void;
  /** The film of these subtitles is offered from now on: so may they be. */
  readonly onSubtitles: (path: string) => void;
}

/** What is offered of a share. */
export class OfferedFiles {
  readonly #options: OfferedFilesOptions;
  readonly #files = new Map<string, SharedFile>();
  readonly #sidecars = new Sidecars();

  /** Nothing is offered at first. */
  constructor(options: OfferedFilesOptions) {
    this.#options = options;
  }

  /** What is offered, by path. Live. */
  get files(): ReadonlyMap<string, SharedFile> {
    return this.#files;
  }

  /** A subtitle file was seen: it waits for its film. */
  noteSubtitles(path: string): void {
    this.#sidecars.addSubtitles(path);
  }

  /** Whether subtitles that were seen lie beside a film that is offered. */
  areBesideFilm(path: string): boolean {
    return this.#sidecars.areBesideFilm(path);
  }

  /** Offers a file; one that was offered under its path is replaced. */
  add(file: SharedFile): void {
    this.#files.set(file.path, file);
    this.#options.onEvent({ type: "added", file });
    if (file.kind !== "video") return;
    for (const subtitles of this.#sidecars.addFilm(file.path)) this.#options.onSubtitles(subtitles);
  }

  /** Offers a file no more, if it was. */
  withdraw(path: string, reason: "gone" | "changed"): void {
    const file = this.#files.get(path);
    if (file === undefined) return;
    this.#files.delete(path);
    this.#options.onEvent({ type: "removed", file, reason });
    if (file.kind !== "video") return;
    for (const subtitles of this.#sidecars.removeFilm(path)) this.withdraw(subtitles, "gone");
  }

  /** Offers a file no more that does not look on the disk as it did. */
  withdrawIfChanged(path: string): void {
    const file = this.#files.get(path);
    if (file === undefined) return;
    try {
      const { size, mtime } = Deno.lstatSync(path);
      if (size === file.stamp.length && mtime?.getTime() === file.stamp.modifiedAtMs) return;
      this.withdraw(path, "changed");
    } catch (error) {
      if (!isPlatformError(error)) throw error;
      this.withdraw(path, "gone");
    }
  }

  /** A file is not there any more. */
  forget(path: string): void {
    this.#sidecars.removeSubtitles(path);
    this.withdraw(path, "gone");
  }
}
