/**
 * What is known of the inside of the media files: read once, in the background for what is here, and kept. It gives the
 * catalogue its titles, lengths and pictures, and the music player its collection.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import type { MediaWords } from "../shared/dashboard_views.ts";
import type { InfoHash } from "../shared/ids.ts";
import type { MediaFacts } from "../shared/media_description.ts";
import type { MediaFile } from "./media/media_file.ts";
import { readMedia } from "./media/media_reading.ts";
import type { Picture } from "./media/picture.ts";
import type { MediaKey, MediaStore } from "./storage/media_store.ts";

/** While a large collection is read for the first time, those who look are told after every so many files. */
const TELL_AFTER = 50;

/** How to make a {@link MediaLibrary}. */
export interface MediaLibraryOptions {
  readonly store: MediaStore;
  /** A file that is here as a whole; undefined when it is not (any more). */
  readonly open: (key: MediaKey) => MediaFile | undefined;
  /** What is known of this torrent's files has changed; undefined: the version has. */
  readonly onChange: (infoHash: InfoHash | undefined) => void;
}

interface Known {
  readonly facts: MediaFacts;
  /** The digest of the picture. */
  readonly picture?: string;
}

const NOTHING: MediaWords = {};

/** The media files that were read. */
export class MediaLibrary implements AsyncDisposable {
  readonly #options: MediaLibraryOptions;
  readonly #known = new Map<InfoHash, Map<number, Known>>();
  readonly #waiting = new Map<string, MediaKey>();
  readonly #end = new AbortController();
  #working: Promise<void> | undefined;
  #version = 0;

  /** Brings back what was read before. */
  constructor(options: MediaLibraryOptions) {
    this.#options = options;
    for (const { infoHash, index, ...known } of options.store.all()) this.#remember({ infoHash, index }, known);
  }

  /** Grows when much of what lists show has changed: in steps while a collection is read. */
  get version(): number {
    return this.#version;
  }

  /** What lists show of a file. */
  words(key: MediaKey): MediaWords {
    const known = this.#known.get(key.infoHash)?.get(key.index);
    if (known === undefined) return NOTHING;
    const { facts: { title, artist, album, durationSeconds }, picture } = known;
    return {
      ...(title === undefined ? {} : { title }),
      ...(artist === undefined ? {} : { artist }),
      ...(album === undefined ? {} : { album }),
      ...(durationSeconds === undefined ? {} : { durationSeconds }),
      ...(picture === undefined ? {} : { picture: picturePath(key, picture) }),
    };
  }

  /** All that is known of a file; undefined before it was read. */
  facts({ infoHash, index }: MediaKey): MediaFacts | undefined {
    return this.#known.get(infoHash)?.get(index)?.facts;
  }

  /** A file is here as a whole: it is read when its turn comes, unless it was read before. */
  add(key: MediaKey): void {
    if (this.#end.signal.aborted || this.facts(key) !== undefined) return;
    this.#waiting.set(`${key.infoHash}/${key.index}`, key);
    this.#working ??= this.#work();
  }

  /**
   * Reads a file now, also one that is on its way here.
   *
   * @returns what is known of it
   * @throws as `readMedia`
   */
  async read(file: MediaFile, options: { readonly signal: AbortSignal }): Promise<MediaFacts> {
    const known = this.facts(file);
    if (known !== undefined) return known;
    const signal = AbortSignal.any([options.signal, this.#end.signal]);
    const { facts, picture } = await readMedia(file, { signal });
    this.#learn(file, { facts, picture });
    this.#tell();
    return facts;
  }

  /** The picture of a file. */
  picture({ infoHash, index }: MediaKey): Picture | undefined {
    const hash = this.#known.get(infoHash)?.get(index)?.picture;
    return hash === undefined ? undefined : this.#options.store.picture(hash);
  }

  /** Keeps a picture that was made of a file; false when there is no room on the disk. */
  keepPicture(key: MediaKey, picture: Picture): boolean {
    if (!this.#options.store.putPicture(picture)) return false;
    const facts = this.facts(key);
    this.#learn(key, { facts: facts ?? {}, picture });
    this.#tell();
    return true;
  }

  /** Stops reading. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#waiting.clear();
    this.#end.abort(new DOMException("the session was closed", "AbortError"));
    await this.#working;
  }

  async #work(): Promise<void> {
    let untoldCount = 0;
    for (const [name, key] of this.#waiting) {
      // A file that is here is read without waiting: players and peers get their turn in between.
      await setImmediate();
      if (!this.#waiting.delete(name)) continue;
      await this.#readHere(key);
      if (++untoldCount < TELL_AFTER) continue;
      untoldCount = 0;
      this.#tell();
    }
    this.#working = undefined;
    if (untoldCount > 0) this.#tell();
  }

  async #readHere(key: MediaKey): Promise<void> {
    const file = this.#options.open(key);
    if (file === undefined) return;
    try {
      this.#learn(key, await readMedia(file, { signal: this.#end.signal }));
    } catch (error) {
      // It was changed or removed a moment ago (StorageError), or the session ends (AbortError).
      if (!(error instanceof Error)) throw error;
    }
  }

  #learn(
    key: MediaKey,
    { facts, picture }: { readonly facts: MediaFacts; readonly picture?: Picture | undefined },
  ): void {
    if (this.#end.signal.aborted) return;
    const { store, onChange } = this.#options;
    const hasPicture = picture !== undefined && store.putPicture(picture);
    const hash = hasPicture ? picture.hash : this.#known.get(key.infoHash)?.get(key.index)?.picture;
    const known = { facts, ...(hash === undefined ? {} : { picture: hash }) };
    store.put({ infoHash: key.infoHash, index: key.index, ...known });
    this.#remember(key, known);
    onChange(key.infoHash);
  }

  #remember({ infoHash, index }: MediaKey, known: Known): void {
    const files = this.#known.get(infoHash) ?? new Map<number, Known>();
    this.#known.set(infoHash, files.set(index, known));
  }

  #tell(): void {
    if (this.#end.signal.aborted) return;
    this.#version++;
    this.#options.onChange(undefined);
  }
}

function picturePath({ infoHash, index }: MediaKey, hash: string): string {
  return `/api/pictures/${infoHash}/${index}?v=${hash.slice(0, 8)}`;
}
