/**
 * What the tests ask of a client of another maker. A new client is one file in `clients/` that answers this, and a line
 * in `clients.ts`: all scenarios are played with it then.
 *
 * @module
 */

/** The kinds of torrent there are: v1 (BEP 3), v2 (BEP 52), and both in one. */
export type TorrentVersion = "v1" | "v2" | "hybrid";

/** A program that speaks BitTorrent. */
export interface ForeignClient {
  readonly name: string;
  /** The kinds of torrent that it can join; of a hybrid it may see the v1 half only. */
  readonly versions: readonly TorrentVersion[];
  /** The kinds by which somebody who has only the magnet link can fetch from it. */
  readonly magnets: readonly TorrentVersion[];
  /** Whether it makes the files of a torrent that have no content. */
  readonly makesEmptyFiles: boolean;
  /** Whether it refuses peers in 127.0.0.0/8: it is met in two network namespaces then. */
  readonly refusesLoopback: boolean;
  /** How it announces over IP version 6: "yes", or why it does not, as a sentence. */
  readonly announcesOverIpv6: Readonly<Record<"udp" | "http", string>>;
  /** Why it cannot be met here, as a sentence with what to install; `undefined` when it can. */
  missing(): Promise<string | undefined>;
  /** Starts it: no DHT, no multicast, no port mapping, listening at `host` alone. */
  start(options: ClientOptions): Promise<RunningClient>;
}

/** Where it runs. */
export interface ClientOptions {
  /** An empty folder for what it wants to keep. */
  readonly home: string;
  /** Its address, of version 4 or 6. */
  readonly host: string;
  /** The network namespace that it runs in; else the machine itself. */
  readonly namespace?: string;
  /** It neither makes nor takes connections that are not encrypted, the content included if it can ask for that. */
  readonly requiresEncryption?: boolean;
}

/** A client that runs. */
export interface RunningClient extends AsyncDisposable {
  /** The process id; of a client that runs a process for each torrent, that of the last it joined. */
  readonly pid: number;
  /** What it said, for the message of a failed test. */
  readonly output: string;
  /**
   * Joins a swarm and resolves once all is there and verified, whether it was fetched or had been in the folder before.
   * It seeds from then on. Its files are sure to be written when it has ended.
   */
  join(torrent: TorrentToJoin): Promise<void>;
  /** Ends it at once: whoever waits for it fails. */
  kill(signal: Deno.Signal): void;
}

/** What to join. */
export interface TorrentToJoin {
  /** The path of a .torrent, or a magnet link. */
  readonly source: string;
  /** Where the files lie or will lie. */
  readonly folder: string;
}
