/**
 * The details of one torrent (peers, pieces, trackers), asked for again whenever the live updates say that it changed,
 * but not more than once a second.
 *
 * @module
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import type { TorrentDetails } from "../../shared/dashboard_views.ts";
import { fetchTorrent } from "./api.ts";
import { ApiProblem } from "./api_call.ts";
import { usePeer } from "./shell_context.ts";

/** What is known of a torrent's details. */
export type DetailsState =
  | { readonly type: "loading" }
  | { readonly type: "known"; readonly details: TorrentDetails }
  | { readonly type: "missing" }
  | { readonly type: "failed"; readonly message: string };

/** A torrent's details, and the way to ask for them once more. */
export interface TorrentDetailsHandle {
  readonly state: ReadonlySignal<DetailsState>;
  /** Asks again; while a call is under way or one was just answered, after that. */
  readonly retry: () => Promise<void>;
}

/** A table of peers that changes more often cannot be read. */
const MIN_INTERVAL_MS = 1000;

class DetailsSource {
  readonly #infoHash: string;
  readonly #ending = new AbortController();
  #isRunning = false;
  #isWanted = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly state = signal<DetailsState>({ type: "loading" });

  constructor(infoHash: string) {
    this.#infoHash = infoHash;
  }

  async refresh(): Promise<void> {
    if (this.#ending.signal.aborted) return;
    if (this.#isRunning) {
      this.#isWanted = true;
      return;
    }
    this.#isRunning = true;
    this.#isWanted = false;
    await this.#load();
    if (this.#ending.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#isRunning = false;
      if (this.#isWanted) this.refresh();
    }, MIN_INTERVAL_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#ending.abort();
  }

  async #load(): Promise<void> {
    try {
      const details = await fetchTorrent(this.#infoHash, { signal: this.#ending.signal });
      this.state.value = { type: "known", details };
    } catch (error) {
      if (this.#ending.signal.aborted) return;
      if (!(error instanceof ApiProblem)) throw error;
      if (error.status === 404) this.state.value = { type: "missing" };
      // What is on the screen stays while the peer is away for a moment.
      else if (this.state.value.type !== "known") this.state.value = { type: "failed", message: error.message };
    }
  }
}

/**
 * The details of a torrent for as long as the component lives.
 *
 * @param infoHash which; a component that changes it must be keyed by it
 * @returns what is known now, as a signal
 */
export function useTorrentDetails(infoHash: string): TorrentDetailsHandle {
  const { store } = usePeer();
  const [source] = useState(() => new DetailsSource(infoHash));
  const torrent = store.torrents.value.get(infoHash);
  useEffect(() => {
    source.refresh();
  }, [source, torrent]);
  useEffect(() => () => source.close(), [source]);
  return { state: source.state, retry: () => source.refresh() };
}
