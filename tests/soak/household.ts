/**
 * What a person does with a peer, over and over: shares folders and gives them up, drops files into one and takes them
 * away, downloads a film from a neighbour and removes it with its file, adds a magnet link and thinks better of it.
 *
 * @module
 */
import { fixturePath, type PeerProgram } from "../end_to_end/community.ts";
import type { Folder } from "../program.ts";

const FOLDER_COUNT = 4;
const FILES_IN_FOLDER = 5;
/** Large enough to be media, small enough that hashing is not what is measured. */
const FILE_LENGTH = 40_000;
/** Between two things that are done: the programs shall be busy, not the machine at its end. */
const BREATH_MS = 50;
const PATIENCE = { timeoutMs: 30_000 } as const;

/** A busy person at one peer. */
export class Household {
  readonly #peer: PeerProgram;
  readonly #folders: readonly string[];
  /** A film that somebody else shares. */
  readonly #film: string;

  /** Folders that were shared and given up. */
  shareCount = 0;
  /** Films that were downloaded and removed. */
  downloadCount = 0;

  private constructor(peer: PeerProgram, folders: readonly string[], film: string) {
    this.#peer = peer;
    this.#folders = folders;
    this.#film = film;
  }

  /** Makes the folders. */
  static async prepare(peer: PeerProgram, options: { folder: Folder; film: string }): Promise<Household> {
    const folders: string[] = [];
    for (let number = 0; number < FOLDER_COUNT; number++) {
      const path = await options.folder.folder(`share-${number}`);
      for (let file = 0; file < FILES_IN_FOLDER; file++) await writeFilm(path, number * FILES_IN_FOLDER + file);
      folders.push(path);
    }
    return new Household(peer, folders, options.film);
  }

  /** Goes on until the signal; then nothing is shared and nothing is here. */
  async run(signal: AbortSignal): Promise<void> {
    const again = async (turn: () => Promise<void>) => {
      while (!signal.aborted) {
        await turn();
        await new Promise((resolve) => setTimeout(resolve, BREATH_MS));
      }
    };
    await Promise.all([again(() => this.#share()), again(() => this.#download()), again(() => this.#changeMind())]);
  }

  async #share(): Promise<void> {
    const path = this.#folders[this.shareCount++ % FOLDER_COUNT] ?? "";
    await this.#peer.send("POST", "/api/shares", { path });
    await this.#untilShared(FILES_IN_FOLDER);
    await writeFilm(path, 1000);
    await this.#untilShared(FILES_IN_FOLDER + 1);
    await Deno.remove(`${path}/film 1000.mp4`);
    await this.#untilShared(FILES_IN_FOLDER);
    const shares = await this.#peer.get<readonly { readonly id: number }[]>("/api/shares");
    for (const { id } of shares) await this.#peer.send("DELETE", `/api/shares/${id}`);
  }

  async #download(): Promise<void> {
    await this.#peer.send("POST", "/api/torrents", { source: this.#film });
    const isHere = ({ state }: { readonly state: string }) => state === "seeding";
    await this.#peer.untilTorrent(this.#film, isHere, { ...PATIENCE, what: "the neighbour's film" });
    await this.#peer.send("DELETE", `/api/torrents/${this.#film}?files=true`);
    this.downloadCount++;
  }

  /** A magnet of nobody, whose metadata never come. */
  async #changeMind(): Promise<void> {
    const infoHash = (this.downloadCount % 50).toString(16).padStart(40, "a");
    await this.#peer.send("POST", "/api/torrents", { source: `magnet:?xt=urn:btih:${infoHash}` });
    await this.#peer.untilTorrent(infoHash, () => true, { ...PATIENCE, what: "the magnet" });
    await this.#peer.send("DELETE", `/api/torrents/${infoHash}`);
  }

  async #untilShared(count: number): Promise<void> {
    await this.#peer.until(
      async () => (await this.#peer.shared()).length === count ? true : undefined,
      { ...PATIENCE, what: `${count} shared files` },
    );
  }
}

/** A short film that is like no other. */
async function writeFilm(folder: string, number: number): Promise<void> {
  const bytes = (await Deno.readFile(fixturePath("tide.mp4"))).subarray(0, FILE_LENGTH);
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(FILE_LENGTH - 4, number);
  await Deno.writeFile(`${folder}/film ${number}.mp4`, bytes);
}
