/**
 * Transmission as a daemon, told what to do by its own `transmission-remote`. It takes no peers in 127.0.0.0/8, so it
 * lives in a network namespace.
 *
 * @module
 */
import { NetworkNamespaces } from "../../network_namespaces.ts";
import { Program } from "../../program.ts";
import { askUntil, missingProgram } from "../asking.ts";
import type { ClientOptions, ForeignClient, RunningClient, TorrentToJoin } from "../client.ts";

const DAEMON = "transmission-daemon";
const REMOTE = "transmission-remote";

/** Its own, in a namespace of its own. */
const RPC = "127.0.0.1:9091";

/**
 * Transmission among the clients. Before version 4 it cannot read the .torrent of a hybrid, ours or libtorrent's: the
 * empty key in the file tree ends its parser. It looks every ten seconds whom it wants something of, and whom it gives
 * something.
 */
export const transmission: ForeignClient = {
  name: "transmission",
  versions: ["v1"],
  magnets: ["v1"],
  makesEmptyFiles: false,
  refusesLoopback: true,
  announcesOverIpv6: { udp: "it takes the host of udp://[::1]:6969 to end at the first colon", http: "yes" },
  missing: async () =>
    missingProgram(DAEMON, { debianPackage: DAEMON }) ??
      missingProgram(REMOTE, { debianPackage: "transmission-cli" }) ??
      await NetworkNamespaces.obstacle(),
  start: (options) => TransmissionClient.start(options),
};

class TransmissionClient implements RunningClient {
  readonly #program: Program;
  readonly #namespace: string | undefined;

  constructor(program: Program, namespace: string | undefined) {
    this.#program = program;
    this.#namespace = namespace;
  }

  static async start(options: ClientOptions): Promise<RunningClient> {
    const { home, namespace } = options;
    await Deno.writeTextFile(`${home}/settings.json`, JSON.stringify(settings(options)));
    const program = Program.spawn(
      [DAEMON, "--foreground", "--config-dir", home],
      namespace === undefined ? {} : { namespace },
    );
    const client = new TransmissionClient(program, namespace);
    await askUntil(() => client.#isThere());
    return client;
  }

  get pid(): number {
    return this.#program.pid;
  }

  get output(): string {
    return this.#program.output;
  }

  async join({ source, folder }: TorrentToJoin): Promise<void> {
    const answer = await this.#remote(["--add", source, "--download-dir", folder]);
    if (!answer.includes("success")) throw new Error(`Transmission does not take ${source}: ${answer}`);
    await askUntil(async () => {
      if (this.#program.hasEnded) throw new Error("Transmission ended");
      const about = await this.#remote(["--torrent", "all", "--info"]);
      const error = /^ +Error: (.+)$/m.exec(about)?.[1];
      if (error !== undefined) throw new Error(`Transmission says: ${error}`);
      const isThere = about.split(/^NAME$/m).some((torrent) =>
        torrent.includes(`Location: ${folder}\n`) && /^ +Percent Done: 100%$/m.test(torrent) &&
        /^ +State: (Idle|Seeding)$/m.test(torrent)
      );
      return isThere ? true : undefined;
    });
  }

  kill(signal: Deno.Signal): void {
    this.#program.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
  }

  async #isThere(): Promise<true | undefined> {
    if (this.#program.hasEnded) throw new Error(`Transmission ended: ${this.output}`);
    return (await this.#remote(["--session-info"])).includes("Listenport") ? true : undefined;
  }

  /** What `transmission-remote` prints: an answer, or why there is none. */
  async #remote(args: readonly string[]): Promise<string> {
    const options = this.#namespace === undefined ? {} : { namespace: this.#namespace };
    const program = Program.spawn([REMOTE, RPC, ...args], options);
    await program.exitCode();
    return program.output;
  }
}

/** Alone with the tracker, and quick to try again. */
function settings({ host, requiresEncryption }: ClientOptions): Readonly<Record<string, string | number | boolean>> {
  return {
    ...(host.includes(":")
      ? { "bind-address-ipv4": "0.0.0.0", "bind-address-ipv6": host }
      : { "bind-address-ipv4": host, "bind-address-ipv6": "::1" }),
    "dht-enabled": false,
    "download-queue-enabled": false,
    // Its own numbers: 1 prefers it.
    "encryption": requiresEncryption ? 2 : 1,
    "lpd-enabled": false,
    "pex-enabled": false,
    "port-forwarding-enabled": false,
    "rename-partial-files": false,
    "rpc-bind-address": "127.0.0.1",
    "rpc-authentication-required": false,
    "rpc-whitelist-enabled": false,
    "utp-enabled": false,
  };
}
