/**
 * The programs that take in the benchmark. Each is measured from outside and in the same way: its start ends when the
 * first bytes are in its folder, its transfer when it says that all of them are verified.
 *
 * @module
 */
import { Libtorrent } from "../interop/libtorrent.ts";
import { Meter } from "./measured_process.ts";
import { peerCommand } from "./peer_program.ts";
import type { Seeder } from "./seeders.ts";
import type { Content } from "./stage.ts";

/** What is to be fetched, and where to. */
export interface Errand {
  readonly content: Content;
  /** Empty. */
  readonly folder: string;
  readonly seeders: readonly Seeder[];
  /** Called once, when the first bytes are in the folder. */
  readonly onFirstBytes?: () => void;
}

/** A program that fetches. */
export interface Leecher {
  readonly name: string;
  /** Why it cannot take part here, as a sentence; undefined when it can. */
  missing(): string | undefined;
  /** Whether it makes the file before it has any bytes of it. */
  readonly makesFileEarly?: boolean;
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
  let timer: ReturnType<typeof setTimeout> | undefined;
  const carried = () => loopbackBytes(errand.seeders[0]);
  const firstBytes = whenFirstBytes(leecher, errand).then(() => {
    firstAt = performance.now();
    errand.onFirstBytes?.();
    timer = setTimeout(() => {
      laterAt = performance.now();
      laterBytes = carried();
    }, LATER_MS);
  });
  await using running = await leecher.start(errand);
  const meter = new Meter(running.pid);
  await running.finished();
  const finishedAt = performance.now();
  const finallyBytes = carried();
  const cost = meter.stop();
  await firstBytes;
  clearTimeout(timer);
  return {
    startSeconds: (firstAt - startedAt) / 1000,
    seconds: (finishedAt - firstAt) / 1000,
    ...cost,
    laterBytes: finallyBytes - laterBytes,
    laterSeconds: (finishedAt - laterAt) / 1000,
  };
}

/** Bytes that the loopback interface has carried so far: the one of the network namespace that the seeder is in. */
function loopbackBytes(seeder: Seeder | undefined): number {
  const devices = Deno.readTextFileSync(`/proc/${seeder?.pid ?? "self"}/net/dev`);
  return Number(/^\s*lo:\s*(\d+)/m.exec(devices)?.[1]);
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
      ...seeders.flatMap(({ endpoint: { host, port } }) => ["--peer", `${host}:${port}`]),
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
    const transfer = await program.add({
      source: content.torrent,
      folder,
      peers: seeders.map(({ endpoint }) => endpoint),
    });
    return {
      pid: program.pid,
      finished: async () => void await transfer.finished(),
      [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
    };
  },
};

/**
 * Resolves when the first bytes are in the content's file. Unless the program makes it early that is when it is there.
 */
async function whenFirstBytes({ makesFileEarly = false }: Leecher, { content, folder }: Errand): Promise<void> {
  // The watcher ends at the first sight: a line for each write would cost the program that is measured.
  for await (const { paths } of Deno.watchFs(folder, { recursive: false })) {
    const path = paths.find((path) => path.endsWith(`/${content.name}`));
    if (path !== undefined && (!makesFileEarly || Deno.statSync(path).size > 0)) return;
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
