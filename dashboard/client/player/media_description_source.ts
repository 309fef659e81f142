/**
 * What a file holds and how it can be played in this browser, asked for once.
 *
 * @module
 */
import { useEffect } from "preact/hooks";
import { type ReadonlySignal, useSignal } from "@preact/signals";
import type { MediaDescription } from "../../../shared/media_description.ts";
import { fetchMedia } from "../api.ts";
import { ApiProblem } from "../api_call.ts";
import { askBrowser, type BrowserAnswers } from "./playability.ts";

/** What is known. */
export interface KnownMedia {
  readonly description: MediaDescription;
  readonly browser: BrowserAnswers;
}

/** Which file, and what is known of it anyway. */
export interface MediaQuestion {
  readonly infoHash: string;
  readonly index: number;
  readonly contentType: string;
  /** Grows when the server is back after it was away: what failed is asked again. */
  readonly connectionVersion: number;
}

/**
 * Asks.
 *
 * @param question which file; a component that changes it must be keyed by it
 * @returns what is known; undefined until then
 */
export function useMedia(question: MediaQuestion): ReadonlySignal<KnownMedia | undefined> {
  const known = useSignal<KnownMedia | undefined>(undefined);
  useEffect(() => {
    if (known.value !== undefined) return;
    const leaving = new AbortController();
    const ask = async () => {
      const description = await describe(question, leaving.signal);
      if (description === undefined) return;
      const browser = await askBrowser(description.tracks ?? []);
      if (!leaving.signal.aborted) known.value = { description, browser };
    };
    ask();
    return () => leaving.abort();
  }, [question.connectionVersion]);
  return known;
}

/** Of what cannot be looked into nothing is known but its type: the browser may try. */
async function describe(question: MediaQuestion, signal: AbortSignal): Promise<MediaDescription | undefined> {
  try {
    return await fetchMedia(question, { signal });
  } catch (error) {
    if (signal.aborted) return undefined;
    if (!(error instanceof ApiProblem)) throw error;
    // Nobody answers: it is asked again when the connection is back.
    return error.status === 0 ? undefined : { contentType: question.contentType, subtitles: [] };
  }
}
