/**
 * aria2: each torrent is a process of its own.
 *
 * @module
 */
import { Program } from "../../program.ts";
import { freePort, missingProgram } from "../asking.ts";
import type { ClientOptions, ForeignClient, RunningClient, TorrentToJoin } from "../client.ts";

const COMMAND = "aria2c";

/**
 * aria2 among the clients. It gives the .torrent of a hybrid a wrong info-hash (see `shared/info_hashes.ts`), by which
 * only those find it who have the metadata already.
 */
export const aria2: ForeignClient = {
  name: "aria2",
  versions: ["v1", "hybrid"],
  magnets: ["v1"],
  makesEmptyFiles: true,
  refusesLoopback: false,
  announcesOverIpv6: { udp: "it sends to trackers from its socket of version 4 alone, and that cannot", http: "yes" },
  missing: () => Promise.resolve(missingProgram(COMMAND, { debianPackage: "aria2" })),
  start: (options) => Promise.resolve(new Aria2Client(options)),
};

class Aria2Client implements RunningClient {
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

  async join(torrent: TorrentToJoin): Promise<void> {
    const program = Program.spawn([COMMAND, ...argumentsOf(torrent, this.#options)]);
    this.#programs.push(program);
    // What `echo` says when all was fetched: the number of the transfer, how many files, the path of the first. What it
    // says itself when all was there.
    await program.line(/^[0-9a-f]{16} \d+ |Verification finished successfully/);
  }

  kill(signal: Deno.Signal): void {
    for (const program of this.#programs) program.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#programs.map((program) => program[Symbol.asyncDispose]()));
  }
}

function argumentsOf({ source, folder }: TorrentToJoin, options: ClientOptions): readonly string[] {
  const { home, host, requiresEncryption } = options;
  const isIpv6 = host.includes(":");
  return [
    ...requiresEncryption ? ["--bt-require-crypto=true", "--bt-min-crypto-level=arc4"] : [],
    // It speaks UDP to trackers only while it has a DHT node: one that knows nobody, and of whom nobody knows.
    ...[
      "--no-conf=true",
      "--enable-dht=true",
      `--dht-file-path=${home}/dht`,
      `--dht-file-path6=${home}/dht6`,
      `--enable-dht6=${isIpv6}`,
    ],
    ...["--bt-enable-lpd=false", "--enable-peer-exchange=false", `--disable-ipv6=${!isIpv6}`, `--interface=${host}`],
    ...[`--listen-port=${freePort(host)}`, `--dht-listen-port=${freePort(host)}`, "--bt-tracker-connect-timeout=5"],
    ...["--check-integrity=true", "--allow-overwrite=true", "--file-allocation=none", "--summary-interval=0"],
    ...["--console-log-level=notice", "--show-console-readout=false", "--bt-stop-timeout=0", "--seed-ratio=0.0"],
    ...["--on-bt-download-complete=/bin/echo", `--dir=${folder}`],
    source,
  ];
}
