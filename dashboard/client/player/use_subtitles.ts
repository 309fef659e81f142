/**
 * Which subtitles a film has and which are shown; whether they are shown is remembered for the next film.
 *
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import { type ReadonlySignal, signal } from "@preact/signals";
import type { SubtitleView } from "../../../shared/media_description.ts";
import { remembered } from "./remembered.ts";

/** The subtitles of one film. */
export class Subtitles {
  readonly #all = signal<readonly SubtitleView[]>([]);
  readonly #chosen = signal<string | undefined>(undefined);
  /** What was shown last, for switching them on again. */
  #last: string | undefined;

  /** All, those from the disk last. */
  readonly all: ReadonlySignal<readonly SubtitleView[]> = this.#all;
  /** The address of those that are shown. */
  readonly chosen: ReadonlySignal<string | undefined> = this.#chosen;

  /** Takes those of the film; they are shown at once if the person had them on last time. */
  constructor(subtitles: readonly SubtitleView[]) {
    this.#all.value = subtitles;
    const wish = remembered.get("subtitles");
    if (typeof wish !== "string") return;
    this.#chosen.value = (subtitles.find(({ language }) => language === wish) ?? subtitles[0])?.url;
  }

  /** Shows these, or none. */
  choose(url: string | undefined): void {
    this.#chosen.value = url;
    this.#last = url ?? this.#last;
    const shown = this.#all.value.find((subtitle) => subtitle.url === url);
    remembered.set("subtitles", shown === undefined ? null : shown.language ?? "");
  }

  /** Switches them off or on. */
  toggle(): void {
    const isOn = this.#chosen.value !== undefined;
    this.choose(isOn ? undefined : this.#last ?? this.#all.value[0]?.url);
  }

  /** Takes and shows some that the person chose. */
  add(subtitle: SubtitleView): void {
    this.#all.value = [...this.#all.value.filter(({ label }) => label !== subtitle.label), subtitle];
    this.choose(subtitle.url);
  }

  /** Lets go of what was chosen from the disk. */
  close(): void {
    for (const { url } of this.#all.value) if (url.startsWith("blob:")) URL.revokeObjectURL(url);
  }
}

/**
 * The subtitles of a film, for as long as its player lives.
 *
 * @param subtitles those that the peer knows of
 */
export function useSubtitles(subtitles: readonly SubtitleView[]): Subtitles {
  const [state] = useState(() => new Subtitles(subtitles));
  useEffect(() => () => state.close(), []);
  return state;
}
