/**
 * WebTorrent, from npm, without its WebRTC part: each torrent is a process of its own (`webtorrent_client.ts`). It is
 * fetched when it is first run, and belongs to no program of ours.
 *
 * @module
 */
import { Program } from "../../program.ts";
import type { ClientOptions, ForeignClient, RunningClient, TorrentToJoin } from "../client.ts";

const SCRIPT = new URL("webtorrent_client.ts", import.meta.url).pathname;

/** WebTorrent among the clients. */
export const webtorrent: ForeignClient = {
  name: "webtorrent",
  versions: ["v1", "hybrid"],
  magnets: ["v1", "hybrid"],
  makesEmptyFiles: false,
  refusesLoopback: false,
  announcesOverIpv6: { udp: "its tracker client opens a socket of version 4 whatever the address", http: "yes" },
  missing: async () => {
    const program = Program.spawn([...run(), "--probe"]);
    return await program.exitCode() === 0 ? undefined : `it cannot be had from npm: ${program.output}`;
  },
  start: (options) => Promise.resolve(new WebtorrentClient(options)),
};

class WebtorrentClient implements RunningClient {
  readonly #options: ClientOptions;
  readonly #programs: Program[] = [];

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  get pid(): number {
    const { pid } = this.#programs.at(-1) ?? {};
    if (pid === undefined) throw new TypeError("Cannot tell the process id: no torrent was joined yet");
    return pid;
  }

  get output(): string {
    return this.#programs.map(({ output }) => output).join("\n");
  }

  async join({ source, folder }: TorrentToJoin): Promise<void> {
    const program = Program.spawn([
      ...run(),
      source,
      folder,
      ...this.#options.requiresEncryption ? ["--encrypted"] : [],
    ]);
    this.#programs.push(program);
    await program.line(/^done$/);
  }

  kill(signal: Deno.Signal): void {
    for (const program of this.#programs) program.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#programs.map((program) => program[Symbol.asyncDispose]()));
  }
}

/** Outside our configuration and its lock file. */
function run(): readonly string[] {
  return [Deno.execPath(), "run", "-A", "--quiet", "--no-config", "--no-lock", SCRIPT];
}
