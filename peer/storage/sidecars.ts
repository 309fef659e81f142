/**
 * Which subtitle files of a share lie beside a film that is offered: `Film.srt` and `Film.en.vtt` beside `Film.mp4`, in
 * any case. They are offered with it, and withdrawn with it. Paths only, in and out.
 *
 * @module
 */
import { basename, dirname } from "node:path";

/** The films and subtitle files of a share, by where they lie and what they are called. */
export class Sidecars {
  /** How many films have a stem: `Film.mp4` and `Film.mkv` may lie side by side. */
  readonly #filmCounts = new Map<string, number>();
  /** By each stem that a film of theirs could have. */
  readonly #subtitles = new Map<string, Set<string>>();

  /** A subtitle file was seen; nothing happens when it is known. */
  addSubtitles(path: string): void {
    for (const stem of stemsOfSubtitles(path)) {
      const paths = this.#subtitles.get(stem);
      if (paths === undefined) this.#subtitles.set(stem, new Set([path]));
      else paths.add(path);
    }
  }

  /** A subtitle file is gone; nothing happens when it is not known. */
  removeSubtitles(path: string): void {
    for (const stem of stemsOfSubtitles(path)) {
      const paths = this.#subtitles.get(stem);
      paths?.delete(path);
      if (paths?.size === 0) this.#subtitles.delete(stem);
    }
  }

  /** A film is offered from now on. Gives the subtitle files beside it. */
  addFilm(path: string): readonly string[] {
    const stem = stemOfFilm(path);
    this.#filmCounts.set(stem, (this.#filmCounts.get(stem) ?? 0) + 1);
    return [...this.#subtitles.get(stem) ?? []];
  }

  /** A film that was offered is no more. Gives the subtitle files that lie beside no other now. */
  removeFilm(path: string): readonly string[] {
    const stem = stemOfFilm(path);
    const count = (this.#filmCounts.get(stem) ?? 0) - 1;
    if (count > 0) this.#filmCounts.set(stem, count);
    else this.#filmCounts.delete(stem);
    return [...this.#subtitles.get(stem) ?? []].filter((subtitles) => !this.areBesideFilm(subtitles));
  }

  /** Whether a subtitle file that was added lies beside a film that is offered. */
  areBesideFilm(path: string): boolean {
    return stemsOfSubtitles(path).some((stem) =>
      this.#filmCounts.has(stem) && this.#subtitles.get(stem)?.has(path) === true
    );
  }
}

/** Folder and name up to its last dot. */
function stemOfFilm(path: string): string {
  return besidePath(path, basename(path).replace(/\.[^.]*$/, ""));
}

/** Folder and name up to each of its dots: what stands between a film's stem and the ending names the language. */
function stemsOfSubtitles(path: string): readonly string[] {
  const parts = basename(path).split(".");
  return parts.slice(1).map((_, index) => besidePath(path, parts.slice(0, index + 1).join(".")));
}

function besidePath(path: string, stem: string): string {
  return `${dirname(path)}/${stem.toLowerCase()}`;
}
