/**
 * qBittorrent without a window, told what to do through its Web API.
 *
 * @module
 */
import { basename } from "node:path";
import { formatEndpoint } from "../../../shared/endpoint.ts";
import { Program } from "../../program.ts";
import { askUntil, freePort, missingProgram } from "../asking.ts";
import type { ClientOptions, ForeignClient, RunningClient, TorrentToJoin } from "../client.ts";

const COMMAND = "qbittorrent-nox";

/** What its API calls a torrent that is complete and in its swarm. */
const SEEDING = new Set(["uploading", "stalledUP", "forcedUP"]);

/** What it calls one that will never be. */
const BROKEN = new Set(["error", "missingFiles"]);

/** qBittorrent among the clients. */
export const qbittorrent: ForeignClient = {
  name: "qbittorrent",
  versions: ["v1", "v2", "hybrid"],
  magnets: ["v1", "v2", "hybrid"],
  makesEmptyFiles: true,
  refusesLoopback: false,
  announcesOverIpv6: { udp: "yes", http: "yes" },
  missing: () => Promise.resolve(missingProgram(COMMAND, { debianPackage: "qbittorrent-nox" })),
  start: (options) => QbittorrentClient.start(options),
};

class QbittorrentClient implements RunningClient {
  readonly #program: Program;
  readonly #api: string;

  constructor(program: Program, api: string) {
    this.#program = program;
    this.#api = api;
  }

  static async start(options: ClientOptions): Promise<RunningClient> {
    const { home, host } = options;
    const folder = `${home}/qBittorrent/config`;
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(`${folder}/qBittorrent.conf`, configuration(options));
    const port = freePort(host);
    const program = Program.spawn([
      ...[COMMAND, `--profile=${home}`, `--webui-port=${port}`, `--torrenting-port=${freePort(host)}`],
    ]);
    const client = new QbittorrentClient(program, `http://${formatEndpoint({ host, port })}/api/v2`);
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
    const form = new FormData();
    if (source.startsWith("magnet:")) form.set("urls", source);
    else form.set("torrents", new Blob([await Deno.readFile(source)]), basename(source));
    form.set("savepath", folder);
    form.set("contentLayout", "Original");
    form.set("autoTMM", "false");
    const answer = await this.#ask("torrents/add", { method: "POST", body: form });
    if (answer !== "Ok.") throw new Error(`qBittorrent does not take ${source}: ${answer}`);
    await askUntil(async () => {
      const list: readonly { readonly save_path: string; readonly state: string }[] = JSON.parse(
        await this.#ask("torrents/info"),
      );
      const torrent = list.find(({ save_path }) => save_path === folder);
      if (BROKEN.has(torrent?.state ?? "")) throw new Error(`qBittorrent says ${torrent?.state} of ${source}`);
      return SEEDING.has(torrent?.state ?? "") ? torrent : undefined;
    });
  }

  kill(signal: Deno.Signal): void {
    this.#program.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
  }

  /** Whether its API answers; it is started before it is ready. Throws when it has ended. */
  async #isThere(): Promise<true | undefined> {
    if (this.#program.hasEnded) throw new Error(`qBittorrent ended: ${this.output}`);
    try {
      await this.#ask("app/version");
      return true;
    } catch (error) {
      if (error instanceof TypeError) return undefined;
      throw error;
    }
  }

  async #ask(path: string, init: RequestInit = {}): Promise<string> {
    const response = await fetch(`${this.#api}/${path}`, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`qBittorrent answers ${response.status} to ${path}: ${text}`);
    return text;
  }
}

/** Alone with the tracker; TCP, since trying uTP first costs a time limit for each peer; no password from here. */
function configuration({ host, requiresEncryption }: ClientOptions): string {
  return `[LegalNotice]
Accepted=true

[BitTorrent]
Session\\DHTEnabled=false
Session\\LSDEnabled=false
Session\\PeXEnabled=false
Session\\MultiConnectionsPerIp=true
Session\\BTProtocol=TCP
Session\\Encryption=${requiresEncryption ? 1 : 0}
Session\\InterfaceAddress=${host}
Session\\QueueingSystemEnabled=false

[Network]
PortForwardingEnabled=false

[Preferences]
WebUI\\Address=${host}
WebUI\\LocalHostAuth=false
WebUI\\UseUPnP=false
`;
}
