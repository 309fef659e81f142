/**
 * Clients of a tracker that come, announce again and again, and go: most say so, some just fall silent. They are never
 * the same ones, so whoever remembers them for longer than their lease grows.
 *
 * @module
 */
import type { InfoHash, PeerId } from "../../shared/ids.ts";
import { peerId } from "../../shared/ids.ts";
import { encodeMetainfo } from "../../shared/metainfo.ts";
import type { AnnounceEvent } from "../../shared/wire/announce.ts";
import { encodeAnnounceQuery } from "../../shared/wire/http_tracker_query.ts";
import { sampleTorrent } from "../../tracker/sample_torrent.ts";

/** Films that they have; the catalogue holds no more, however long it goes on. */
const TORRENT_COUNT = 100;
/** Here at once. */
const MAX_HERE = 40;
/** Connections at once. */
const WIDTH = 4;
/** Between two announces of a connection. */
const BREATH_MS = 20;
/** Nobody listens below it without being root, so whoever dials them is refused at once. */
const FIRST_PORT = 100;
const PORT_COUNT = 900;

interface Stranger {
  readonly id: PeerId;
  readonly infoHash: InfoHash;
  readonly port: number;
  left: number;
}

/** The strangers of one tracker. */
export class Strangers {
  readonly #base: string;
  readonly #random: () => number;
  readonly #torrents = Array.from(
    { length: TORRENT_COUNT },
    (_, index) => sampleTorrent(`Film of a stranger ${index}.mp4`, { fill: index, length: 1000 + index }),
  );
  readonly #here: Stranger[] = [];
  #bornCount = 0;

  /** Announces that were answered. */
  announceCount = 0;

  /** Nobody is there yet. */
  constructor(port: number, random: () => number) {
    this.#base = `http://127.0.0.1:${port}`;
    this.#random = random;
  }

  /** How many came so far. */
  get joinedCount(): number {
    return this.#bornCount;
  }

  /** Tells the tracker what their films are. */
  async describe(): Promise<void> {
    for (const metainfo of this.#torrents) {
      const address = `${this.#base}/torrents/${metainfo.info.infoHash}?kind=video`;
      await answered(await fetch(address, { method: "PUT", body: encodeMetainfo(metainfo) }));
    }
  }

  /** They come and go until the signal; then all leave. */
  async run(signal: AbortSignal): Promise<void> {
    const turns = Array.from({ length: WIDTH }, async () => {
      while (!signal.aborted) {
        await this.#step();
        await new Promise((resolve) => setTimeout(resolve, BREATH_MS));
      }
    });
    await Promise.all(turns);
    while (this.#here.length > 0) await this.#leave();
  }

  async #step(): Promise<void> {
    const chance = this.#random();
    if (this.#here.length < MAX_HERE && chance < 0.3) return await this.#join();
    if (chance < 0.5) return await this.#leave();
    // One in twenty is not heard of again.
    if (chance < 0.51) this.#take();
    const stranger = this.#here[Math.floor(this.#random() * this.#here.length)];
    if (stranger === undefined) return await this.#join();
    stranger.left = Math.max(0, stranger.left - 100);
    await this.#announce(stranger, undefined);
  }

  async #join(): Promise<void> {
    const number = this.#bornCount++;
    const metainfo = this.#torrents[Math.floor(this.#random() * TORRENT_COUNT)];
    if (metainfo === undefined) return;
    const stranger: Stranger = {
      id: peerId(new TextEncoder().encode(`-PS0100-${String(number).padStart(12, "0")}`)),
      infoHash: metainfo.info.infoHash,
      port: FIRST_PORT + number % PORT_COUNT,
      left: this.#random() < 0.5 ? 0 : 1000,
    };
    this.#here.push(stranger);
    await this.#announce(stranger, "started");
  }

  async #leave(): Promise<void> {
    const stranger = this.#take();
    if (stranger !== undefined) await this.#announce(stranger, "stopped");
  }

  #take(): Stranger | undefined {
    return this.#here.splice(Math.floor(this.#random() * this.#here.length), 1)[0];
  }

  async #announce({ id, infoHash, port, left }: Stranger, event: AnnounceEvent): Promise<void> {
    const announce = { infoHash, peerId: id, port, uploaded: 0, downloaded: 1000 - left, left, event };
    await answered(await fetch(`${this.#base}/announce?${encodeAnnounceQuery(announce, { isCompact: true })}`));
    this.announceCount++;
  }
}

async function answered(response: Response): Promise<void> {
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${text}`);
}
