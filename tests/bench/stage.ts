/**
 * What all scenarios of the benchmark use: a folder, the content to transfer and its torrent, and rest between runs.
 *
 * @module
 */
import { Folder } from "../program.ts";
import { peerCommand, runToEnd } from "./peer_program.ts";

/** Content to transfer. */
export interface Content {
  /** The folder that holds the file and nothing else. */
  readonly folder: string;
  readonly name: string;
  readonly length: number;
  /** The path of its hybrid .torrent. */
  readonly torrent: string;
}

/** The folder that the benchmark works in, removed with its scope. */
export class Stage implements AsyncDisposable {
  readonly #root: Folder;
  readonly #contents = new Map<number, Promise<Content>>();
  #freshCount = 0;

  private constructor(root: Folder) {
    this.#root = root;
  }

  /** Makes the folder, in `TMPDIR`. */
  static async create(): Promise<Stage> {
    return new Stage(await Folder.create());
  }

  /** A file of so many bytes and its torrent; made once. */
  content(length: number): Promise<Content> {
    const made = this.#contents.get(length) ?? this.#make(length);
    this.#contents.set(length, made);
    return made;
  }

  /** An empty folder that nobody used before. */
  freshFolder(): Promise<string> {
    return this.#root.folder(`fresh-${this.#freshCount++}`);
  }

  /** Waits until the disk has what earlier runs wrote, so that no run pays for another. */
  async rest(): Promise<void> {
    await runToEnd("sync", []);
  }

  /** Removes it all. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#root[Symbol.asyncDispose]();
  }

  async #make(length: number): Promise<Content> {
    const folder = await this.#root.folder(`content-${length}`);
    const name = "bench.mp4";
    await writeNoise(`${folder}/${name}`, length);
    const torrent = `${this.#root.path}/content-${length}.torrent`;
    const { command, args } = peerCommand(["create", `${folder}/${name}`, "-o", torrent]);
    await runToEnd(command, args);
    return { folder, name, length, torrent };
  }
}

/** Writes content that compresses to nothing less, so that no file system is clever about it. */
export async function writeNoise(path: string, length: number): Promise<void> {
  using file = await Deno.open(path, { write: true, create: true });
  const part = new Uint8Array(Math.min(length, 1024 * 1024));
  for (let offset = 0; offset < length; offset += part.length) {
    const count = Math.min(part.length, length - offset);
    for (let begin = 0; begin < count; begin += MAX_RANDOM_LENGTH) {
      crypto.getRandomValues(part.subarray(begin, Math.min(count, begin + MAX_RANDOM_LENGTH)));
    }
    for (let done = 0; done < count;) done += await file.write(part.subarray(done, count));
  }
}

/** The most that `getRandomValues` gives at once. */
const MAX_RANDOM_LENGTH = 65_536;
