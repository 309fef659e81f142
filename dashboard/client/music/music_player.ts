/**
 * Plays music, whatever page is shown: a queue of songs on two `<audio>` elements in turn, the next song loaded before
 * this one ends, so that nothing is heard between them. What plays is remembered and goes on after a reload.
 *
 * @module
 */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { SongView } from "../../../shared/media_description.ts";
import { Playback } from "../player/playback.ts";
import type { Remembered } from "../player/remembered.ts";
import { streamProblem } from "../player/stream_problem.ts";
import { NextSong } from "./next_song.ts";
import { rememberedMusic } from "./remembered_music.ts";
import {
  currentSong,
  isSameSong,
  nextInQueue,
  nextRepeat,
  type PlayQueue,
  previousInQueue,
  shuffleQueue,
  startQueue,
  unshuffleQueue,
  withoutSong,
} from "./play_queue.ts";

/** What the player needs. */
export interface MusicPlayerOptions {
  /** Makes an element that plays; it is called twice. */
  readonly element: () => HTMLAudioElement;
  /** Makes sure that a song can be streamed: takes its torrent up. Throws why it cannot, an error with a sentence. */
  readonly prepare: (song: SongView, options: { readonly signal: AbortSignal }) => Promise<void>;
  readonly source: (song: SongView) => string;
  readonly remembered: Remembered;
  readonly random: () => number;
}

/** The next song is loaded when so much of this one is left: time enough for a slow peer. */
const PREPARE_SECONDS = 30;

/**
 * The next song is started so long before the end of this one: what a browser takes to begin. Encoders leave at least as
 * much silence at the end.
 */
const LEAD_SECONDS = 0.06;

/** Who goes back later than this into a song hears it from its beginning. */
const BACK_SECONDS = 4;

/** How often the place in the song is remembered. */
const REMEMBER_SECONDS = 3;

/** Why a song does not play. */
export interface MusicProblem {
  readonly song: SongView;
  readonly text: string;
}

/** The one player of the dashboard. */
export class MusicPlayer {
  readonly #options: MusicPlayerOptions;
  readonly #queue;
  readonly #problem = signal<MusicProblem | undefined>(undefined);
  readonly #isWanted = signal(false);
  #active: HTMLAudioElement | undefined;
  readonly #next: NextSong;
  #loading = new AbortController();
  #handover: ReturnType<typeof setTimeout> | undefined;
  #unfollow: () => void = () => {};

  /** What it does now. */
  readonly playback: Playback = new Playback();
  /** The songs, and where we are among them. */
  readonly queue: ReadonlySignal<PlayQueue>;
  /** The song that plays or is to play. */
  readonly song: ReadonlySignal<SongView | undefined>;
  /** Why it does not play. */
  readonly problem: ReadonlySignal<MusicProblem | undefined> = this.#problem;
  /** Whether the person wants to hear it: also while it is waited for. */
  readonly isWanted: ReadonlySignal<boolean> = this.#isWanted;

  /** Brings back what was heard last; {@link goOn} plays it. */
  constructor(options: MusicPlayerOptions) {
    this.#options = options;
    this.#next = new NextSong({
      element: () => this.#make(),
      prepare: (song, signal) => this.#prepare(song, signal),
      source: options.source,
    });
    this.#queue = signal(rememberedMusic(options.remembered).queue);
    this.queue = this.#queue;
    this.song = computed(() => currentSong(this.#queue.value));
  }

  /** After a reload: what was heard then goes on where it was, if the browser lets it. */
  async goOn(): Promise<void> {
    const { seconds, wasPlaying } = rememberedMusic(this.#options.remembered);
    if (this.song.value === undefined || this.#active !== undefined) return;
    await this.#load({ fromSeconds: seconds, isPlaying: wasPlaying });
  }

  /** Plays these songs from one of them on; the one that plays already plays on. */
  async play(songs: readonly SongView[], first: number): Promise<void> {
    const isSame = isSameSong(songs[first], this.song.value) && this.#active !== undefined;
    this.#queue.value = startQueue(this.#queue.value, { songs, first, random: this.#options.random });
    if (isSame && this.#problem.value === undefined) return this.resume();
    await this.#load({ fromSeconds: 0, isPlaying: true });
  }

  /** Puts the song that plays among these, and plays on. */
  surround(songs: readonly SongView[], place: number): void {
    this.#queue.value = startQueue(this.#queue.value, { songs, first: place, random: this.#options.random });
    this.#queueChanged();
  }

  /** Plays on. */
  async resume(): Promise<void> {
    if (this.#active === undefined) return await this.#load({ fromSeconds: 0, isPlaying: true });
    this.#isWanted.value = true;
    await this.#start(this.#active);
  }

  /** Pauses. */
  pause(): void {
    this.#isWanted.value = false;
    clearTimeout(this.#handover);
    this.#active?.pause();
    this.#remember();
  }

  /** Plays or pauses. */
  async toggle(): Promise<void> {
    if (this.#isWanted.value) this.pause();
    else await this.resume();
  }

  /** The next song, if there is one. */
  async next(): Promise<void> {
    const next = nextInQueue(this.#queue.value, { isAsked: true });
    if (next !== undefined) await this.#goTo(next);
  }

  /** The song before; late in a song its own beginning. */
  async previous(): Promise<void> {
    if (this.playback.time.value > BACK_SECONDS) return this.seek(0);
    await this.#goTo(previousInQueue(this.#queue.value));
  }

  /** Another song of the queue. */
  async jump(position: number): Promise<void> {
    await this.#goTo({ ...this.#queue.value, position });
  }

  /** Moves the playhead. */
  seek(seconds: number): void {
    const media = this.#active;
    if (media === undefined || !Number.isFinite(media.duration)) return;
    media.currentTime = Math.min(Math.max(0, seconds), media.duration);
  }

  /** How loud, 0 to 1. */
  setVolume(volume: number): void {
    if (this.#active !== undefined) this.#active.volume = volume;
    this.#next.setVolume(volume);
    this.#options.remembered.set("volume", volume);
  }

  /** Shuffles, or takes the order back. */
  toggleShuffle(): void {
    const queue = this.#queue.value;
    this.#queue.value = queue.unshuffled === undefined
      ? shuffleQueue(queue, this.#options.random)
      : unshuffleQueue(queue);
    this.#queueChanged();
  }

  /** Off, all, one. */
  toggleRepeat(): void {
    this.#queue.value = { ...this.#queue.value, repeat: nextRepeat(this.#queue.value.repeat) };
    this.#queueChanged();
  }

  /** Takes a song out of the queue. */
  remove(position: number): void {
    this.#queue.value = withoutSong(this.#queue.value, position);
    this.#queueChanged();
  }

  /** Tries again what did not play. */
  async retry(): Promise<void> {
    await this.#load({ fromSeconds: this.playback.time.value, isPlaying: true });
  }

  async #goTo(queue: PlayQueue): Promise<void> {
    this.#queue.value = queue;
    await this.#load({ fromSeconds: 0, isPlaying: true });
  }

  /** Another order may have another next song. */
  #queueChanged(): void {
    this.#next.forget(this.#following());
    this.#remember();
  }

  #following(): SongView | undefined {
    const next = nextInQueue(this.#queue.value, { isAsked: false });
    return next && currentSong(next);
  }

  /** Gives the active element the current song. */
  async #load(options: { readonly fromSeconds: number; readonly isPlaying: boolean }): Promise<void> {
    const song = this.song.value;
    if (song === undefined) return;
    this.#loading.abort();
    const loading = new AbortController();
    this.#loading = loading;
    clearTimeout(this.#handover);
    this.#problem.value = undefined;
    this.#isWanted.value = options.isPlaying;
    const media = this.#activate(this.#active ?? this.#make());
    media.pause();
    if (!await this.#prepare(song, loading.signal)) return;
    if (options.fromSeconds > 0) {
      media.addEventListener("loadedmetadata", () => media.currentTime = options.fromSeconds, {
        once: true,
        signal: loading.signal,
      });
    }
    media.src = this.#options.source(song);
    if (options.isPlaying) await this.#start(media);
    this.#remember();
  }

  /** Whether the song can be streamed now. */
  async #prepare(song: SongView, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#options.prepare(song, { signal });
      return !signal.aborted;
    } catch (error) {
      if (signal.aborted) return false;
      if (!(error instanceof Error)) throw error;
      this.#problem.value = { song, text: error.message };
      return false;
    }
  }

  async #start(media: HTMLAudioElement): Promise<void> {
    try {
      await media.play();
    } catch (error) {
      // NotAllowedError: the browser wants a click first. AbortError: another song came. Others are told by an event.
      if (!(error instanceof DOMException)) throw error;
      if (error.name === "NotAllowedError" && media === this.#active) this.#isWanted.value = false;
    }
  }

  #make(): HTMLAudioElement {
    const media = this.#options.element();
    const volume = this.#options.remembered.get("volume");
    if (typeof volume === "number" && volume >= 0 && volume <= 1) media.volume = volume;
    const whenActive = (act: () => void) => () => media === this.#active ? act() : undefined;
    let rememberedAt = 0;
    media.addEventListener(
      "timeupdate",
      whenActive(() => {
        if (Math.abs(media.currentTime - rememberedAt) > REMEMBER_SECONDS) {
          rememberedAt = media.currentTime;
          this.#remember();
        }
        this.#lookAhead(media);
      }),
    );
    media.addEventListener("ended", whenActive(() => this.#onEnded()));
    media.addEventListener("error", whenActive(() => this.#onError(media)));
    media.addEventListener(
      "pause",
      whenActive(() => {
        // The system paused it: a call, headphones taken off. An element between two sources is paused too.
        if (!media.ended && media.readyState > HTMLMediaElement.HAVE_METADATA) this.#isWanted.value = false;
      }),
    );
    return media;
  }

  #activate(media: HTMLAudioElement): HTMLAudioElement {
    if (media === this.#active) return media;
    this.#unfollow();
    this.#active = media;
    this.#unfollow = this.playback.follow(media);
    media.dataset["testid"] = "player";
    return media;
  }

  /** Near the end of a song: loads the next, and sets the moment at which it begins. */
  #lookAhead(media: HTMLAudioElement): void {
    const left = (media.duration - media.currentTime) / media.playbackRate;
    const following = this.#following();
    if (!(left < PREPARE_SECONDS) || following === undefined) return;
    this.#next.prepare(following);
    clearTimeout(this.#handover);
    if (left < 2 && !media.paused) {
      this.#handover = setTimeout(() => this.#handOver(), Math.max(0, left - LEAD_SECONDS) * 1000);
    }
  }

  /** The next song begins: the two elements change their roles. */
  #handOver(): boolean {
    const active = this.#active;
    const next = nextInQueue(this.#queue.value, { isAsked: false });
    if (active === undefined || next === undefined || !this.#isWanted.value) return false;
    const ready = this.#next.exchange(active, currentSong(next));
    if (ready === undefined) return false;
    this.#queue.value = next;
    delete active.dataset["testid"];
    this.#activate(ready);
    this.#start(ready);
    this.#remember();
    return true;
  }

  async #onEnded(): Promise<void> {
    clearTimeout(this.#handover);
    if (this.#handOver()) return;
    const next = nextInQueue(this.#queue.value, { isAsked: false });
    if (next !== undefined) return await this.#goTo(next);
    this.#isWanted.value = false;
    this.#remember();
  }

  async #onError(media: HTMLAudioElement): Promise<void> {
    const code = media.error?.code;
    const song = this.song.value;
    if (code === undefined || song === undefined) return;
    const { text } = await streamProblem(code, { source: this.#options.source(song), contentType: song.name });
    if (!isSameSong(song, this.song.value)) return;
    this.#isWanted.value = false;
    this.#problem.value = { song, text };
  }

  #remember(): void {
    this.#options.remembered.set("music", {
      queue: this.#queue.value,
      seconds: Math.floor(this.#active?.currentTime ?? 0),
      wasPlaying: this.#isWanted.value,
    });
  }
}
