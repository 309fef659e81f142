/**
 * The programs that give in the benchmark, each as a process that has all of the content and waits for leechers.
 *
 * @module
 */
import type { Endpoint } from "../../shared/endpoint.ts";
import { Libtorrent } from "../interop/libtorrent.ts";
import { Program } from "../program.ts";
import type { Content, Stage } from "./stage.ts";

/** A running seeder. */
export interface Seeder extends AsyncDisposable {
  readonly endpoint: Endpoint;
  readonly pid: number;
}

/** Starts a seeder and waits until it serves. */
export type StartSeeder = (content: Content, stage: Stage) => Promise<Seeder>;

/** `peer share`. */
export async function startOurSeeder(content: Content, stage: Stage): Promise<Seeder> {
  const dataFolder = await stage.freshFolder();
  const program = Program.start("peer", [
    ...["share", content.folder, "--host", "127.0.0.1", "--port", "0", "--data-dir", dataFolder],
  ]);
  const port = await program.port();
  await program.line(/magnet:/);
  return {
    endpoint: { host: "127.0.0.1", port },
    pid: program.pid,
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

/** libtorrent, with the settings that it has. */
export async function startLibtorrentSeeder(content: Content): Promise<Seeder> {
  const program = await Libtorrent.start();
  await program.seed({ source: content.torrent, folder: content.folder });
  return program;
}
