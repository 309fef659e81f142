/**
 * Feeds a `<video>` with a film that the server puts into another container (`/remux/…`), by Media Source Extensions: it
 * reads ahead a little, and a seek to what was not fed asks the server for that moment.
 *
 * @module
 */

/** What is fed. */
export interface RemuxFeedOptions {
  /** The type of what the server gives, with its codecs. */
  readonly contentType: string;
  /** The film's length, when it is known. */
  readonly durationSeconds: number | undefined;
  /** Where the server gives it from a moment on. */
  readonly urlFrom: (seconds: number) => string;
  /** Where to begin. */
  readonly startSeconds: number;
  /** Nothing comes any more: the server is away or said no. */
  readonly onProblem: (error: Error) => void;
}

/** How far ahead is read: long enough for a hiccup, short enough that a browser's limit of memory is far. */
const AHEAD_SECONDS = 40;

/** What was seen longer ago is let go: a seek back by this is at once. */
const BEHIND_SECONDS = 60;

/** A seek so close behind the end of what is there waits for it instead of asking again. */
const NEAR_SECONDS = 2;

/** Feeds one `<video>` until it is closed. */
export class RemuxFeed {
  readonly #video: HTMLVideoElement;
  readonly #options: RemuxFeedOptions;
  readonly #source = new MediaSource();
  readonly #url: string;
  readonly #closing = new AbortController();
  #buffer: SourceBuffer | undefined;
  #reading = new AbortController();
  /** The reading under way; the next one waits until it has let go of the buffer. */
  #running: Promise<void> = Promise.resolve();

  /** Takes the place of the video's source and begins. */
  constructor(video: HTMLVideoElement, options: RemuxFeedOptions) {
    this.#video = video;
    this.#options = options;
    const { signal } = this.#closing;
    this.#source.addEventListener("sourceopen", () => this.#open(), { once: true, signal });
    video.addEventListener("seeking", () => this.#onSeeking(), { signal });
    this.#url = URL.createObjectURL(this.#source);
    video.src = this.#url;
  }

  /** Stops reading; the video is left without a source. */
  close(): void {
    this.#closing.abort();
    this.#reading.abort();
    URL.revokeObjectURL(this.#url);
  }

  /** Asks again from where the video is: the server is back. */
  retry(): void {
    this.#read(this.#video.currentTime);
  }

  #open(): void {
    const { contentType, durationSeconds, startSeconds } = this.#options;
    this.#buffer = this.#source.addSourceBuffer(contentType);
    if (durationSeconds !== undefined) this.#source.duration = durationSeconds;
    if (startSeconds > 0) this.#video.currentTime = startSeconds;
    this.#read(startSeconds);
  }

  #onSeeking(): void {
    const { currentTime } = this.#video;
    if (this.#buffer === undefined || isBuffered(this.#buffer.buffered, currentTime)) return;
    this.#read(currentTime);
  }

  /** Ends the reading under way and begins another. */
  #read(seconds: number): void {
    this.#reading.abort();
    const reading = new AbortController();
    this.#reading = reading;
    const before = this.#running;
    this.#running = (async () => {
      await before;
      if (reading.signal.aborted) return;
      try {
        await this.#pump(seconds, reading.signal);
      } catch (error) {
        if (reading.signal.aborted) return;
        // fetch, the server's no, and a buffer that refuses what it is given.
        this.#options.onProblem(error instanceof Error ? error : new Error(String(error)));
      }
    })();
  }

  async #pump(seconds: number, signal: AbortSignal): Promise<void> {
    const buffer = this.#buffer;
    if (buffer === undefined) return;
    // Forgets the half of a fragment that the reading before left behind.
    if (this.#source.readyState === "open") buffer.abort();
    const response = await fetch(this.#options.urlFrom(seconds), { signal });
    if (!response.ok || response.body === null) throw new Error(`The server answered ${response.status}`);
    for await (const chunk of response.body) {
      await this.#untilWanted(buffer, signal);
      await this.#append(buffer, chunk);
      signal.throwIfAborted();
    }
    if (this.#source.readyState === "open") this.#source.endOfStream();
  }

  /** Waits while enough lies ahead of the playhead. */
  async #untilWanted(buffer: SourceBuffer, signal: AbortSignal): Promise<void> {
    while (bufferedAhead(buffer.buffered, this.#video.currentTime) > AHEAD_SECONDS) {
      await once(this.#video, ["timeupdate", "seeking"], signal);
    }
  }

  async #append(buffer: SourceBuffer, chunk: Uint8Array<ArrayBuffer>): Promise<void> {
    const { currentTime } = this.#video;
    if (buffer.buffered.length > 0 && buffer.buffered.start(0) < currentTime - 2 * BEHIND_SECONDS) {
      buffer.remove(0, currentTime - BEHIND_SECONDS);
      await settled(buffer);
    }
    buffer.appendBuffer(chunk);
    await settled(buffer);
  }
}

/** Whether a moment lies in what is buffered, or so near behind it that it is about to come. */
function isBuffered(ranges: TimeRanges, seconds: number): boolean {
  for (let index = 0; index < ranges.length; index++) {
    if (seconds >= ranges.start(index) - 0.1 && seconds < ranges.end(index) + NEAR_SECONDS) return true;
  }
  return false;
}

/** Seconds that are buffered from a moment on without a gap. */
function bufferedAhead(ranges: TimeRanges, seconds: number): number {
  for (let index = 0; index < ranges.length; index++) {
    if (seconds >= ranges.start(index) - 0.1 && seconds <= ranges.end(index)) return ranges.end(index) - seconds;
  }
  return 0;
}

async function settled(buffer: SourceBuffer): Promise<void> {
  const failed = Promise.withResolvers<never>();
  const onError = () => failed.reject(new Error("This browser refused a part of the film"));
  buffer.addEventListener("error", onError, { once: true });
  try {
    if (buffer.updating) await Promise.race([once(buffer, ["updateend"]), failed.promise]);
  } finally {
    buffer.removeEventListener("error", onError);
  }
}

/** The next of some events. */
async function once(target: EventTarget, types: readonly string[], signal?: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const ending = new AbortController();
  signal?.throwIfAborted();
  signal?.addEventListener("abort", () => reject(signal.reason), { signal: ending.signal });
  for (const type of types) target.addEventListener(type, () => resolve(), { signal: ending.signal });
  try {
    await promise;
  } finally {
    ending.abort();
  }
}
