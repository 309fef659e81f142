/**
 * libtorrent 2 (Rasterbar), the engine of qBittorrent and Deluge, by its Python binding.
 *
 * @module
 */
import type { ClientOptions, ForeignClient, RunningClient, TorrentToJoin } from "../client.ts";
import { ENCRYPTED, Libtorrent } from "../libtorrent.ts";

/** What tells that somebody misbehaved. */
const COMPLAINTS = ["hash_failed_alert", "peer_error_alert", "peer_ban_alert", "invalid_request_alert"];

/** libtorrent among the clients. */
export const libtorrent: ForeignClient = {
  name: "libtorrent",
  versions: ["v1", "v2", "hybrid"],
  magnets: ["v1", "v2", "hybrid"],
  makesEmptyFiles: true,
  refusesLoopback: false,
  announcesOverIpv6: { udp: "yes", http: "yes" },
  missing: () => Promise.resolve(Libtorrent.missing()),
  start: (options) => LibtorrentClient.start(options),
};

class LibtorrentClient implements RunningClient {
  readonly #session: Libtorrent;

  constructor(session: Libtorrent) {
    this.#session = session;
  }

  static async start(options: ClientOptions): Promise<RunningClient> {
    const settings = options.requiresEncryption ? ENCRYPTED : {};
    return new LibtorrentClient(await Libtorrent.start({ ...options, settings }));
  }

  get pid(): number {
    return this.#session.pid;
  }

  get output(): string {
    return this.#session.output;
  }

  async join(torrent: TorrentToJoin): Promise<void> {
    const transfer = await this.#session.add(torrent);
    await transfer.finished();
    const complaints = COMPLAINTS.filter((kind) => transfer.noteCount(kind) > 0);
    if (complaints.length > 0) throw new Error(`libtorrent complains: ${complaints.join(", ")}`);
  }

  kill(): void {
    this.#session.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session[Symbol.asyncDispose]();
  }
}
