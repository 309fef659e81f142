/**
 * The programs that take in the benchmark. Each is measured from outside and in the same way: its start ends when the
 * first bytes are in its folder, its transfer when it says that all of them are verified.
 *
 * @module
 */
import type { Endpoint } from "../../shared/endpoint.ts";
import { Libtorrent } from "../interop/libtorrent.ts";
import { Meter } from "./measured_process.ts";
import { peerCommand } from "./peer_program.ts";
import type { Content } from "./stage.ts";

/** What is to be fetched, and where to. */
export interface Errand {
  readonly content: Content;
  /** Empty. */
  readonly folder: string;
  readonly seeders: readonly Endpoint[];
}

/** A program that fetches. */
export interface Leecher {
  readonly name: string;
  /** Why it cannot take part here, as a sentence; undefined when it can. */
  missing(): string | undefined;
  /** Starts it; the errand begins at once. */
  start(errand: Errand): Promise<RunningLeecher>;
}

/** A program that is fetching. */
export interface RunningLeecher extends AsyncDisposable {
  readonly pid: number;
  /** Resolves when the program has said that everything is verified and in the file. */
  finished(): Promise<void>;
}

/** What a transfer took. */
export interface Transfer {
  /** From the start of the process to the first bytes in the file. */
  readonly startSeconds: number;
  /** From there until everything was verified. */
  readonly seconds: number;
  /** Of the process, its start included. */
  readonly cpuSeconds: number;
  readonly peakBytes: number;
  /** What crossed loopback after the first second, and how long that took: NaN when it was over by then. */
  readonly laterBytes: number;
  readonly laterSeconds: number;
}

/** When the later part of a transfer begins. */
const LATER_MS = 1000;

/** Runs one errand and measures it. */
export async function measureTransfer(leecher: Leecher, errand: Errand): Promise<Transfer> {
  const startedAt = performance.now();
  let firstAt = NaN;
  let laterAt = NaN;
  let laterBytes = NaN;
  const firstBytes = whenFileAppears(errand).then(() => {
    firstAt = performance.now();
    setTimeout(() => {
      laterAt = performance.now();
      laterBytes = loopbackBytes();
    }, LATER_MS);
  });
  await using running = await leecher.start(errand);
  const meter = new Meter(running.pid);
  await running.finished();
  const finishedAt = performance.now();
  const finallyBytes = loopbackBytes();
  const cost = meter.stop();
  await firstBytes;
  return {
    startSeconds: (firstAt - startedAt) / 1000,
    seconds: (finishedAt - firstAt) / 1000,
    ...cost,
    laterBytes: finallyBytes - laterBytes,
    laterSeconds: (finishedAt - laterAt) / 1000,
  };
}

/** Bytes that the loopback interface has carried so far. */
function loopbackBytes(): number {
  return Number(/^\s*lo:\s*(\d+)/m.exec(Deno.readTextFileSync("/proc/net/dev"))?.[1]);
}

/** Those of the programs that can take part here; says which cannot. */
export function present(leechers: readonly Leecher[]): readonly Leecher[] {
  return leechers.filter((leecher) => {
    const obstacle = leecher.missing();
    if (obstacle !== undefined) console.warn(`  without ${leecher.name}: ${obstacle}`);
    return obstacle === undefined;
  });
}

/** `peer download`. */
export const ourLeecher: Leecher = {
  name: "peer download",
  missing: () => undefined,
  start: ({ content, folder, seeders }) => {
    const { command, args } = peerCommand([
      ...["download", content.torrent, "--to", folder, "--host", "127.0.0.1", "--no-lan"],
      ...seeders.flatMap(({ host, port }) => ["--peer", `${host}:${port}`]),
    ]);
    const child = new Deno.Command(command, { args: [...args], stdin: "null", stdout: "piped" }).spawn();
    return Promise.resolve({
      pid: child.pid,
      finished: async () => {
        if (!await says(child.stdout, ", verified")) throw new Error("peer download ended without having everything");
      },
      [Symbol.asyncDispose]: async () => {
        const { success, code } = await child.status;
        if (!success) throw new Error(`peer download ended with ${code}`);
      },
    });
  },
};

/** libtorrent, with the settings that it has. */
export const libtorrentLeecher: Leecher = {
  name: "libtorrent",
  missing: () => Libtorrent.missing(),
  start: async ({ content, folder, seeders }) => {
    const program = await Libtorrent.start();
    const transfer = await program.add({ source: content.torrent, folder, peers: seeders });
    return {
      pid: program.pid,
      finished: async () => void await transfer.finished(),
      [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
    };
  },
};

/** Resolves when the content's file is there: it is made when the first bytes of it are written. */
async function whenFileAppears({ content, folder }: Errand): Promise<void> {
  // The watcher ends at the first sight: a line for each write would cost the program that is measured.
  for await (const { paths } of Deno.watchFs(folder, { recursive: false })) {
    if (paths.some((path) => path.endsWith(`/${content.name}`))) return;
  }
}

/** Reads what a program prints until it has said this; false when it ended without. */
async function says(stream: ReadableStream<Uint8Array<ArrayBuffer>>, words: string): Promise<boolean> {
  let text = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (text.includes(words)) return true;
  }
  return false;
}
