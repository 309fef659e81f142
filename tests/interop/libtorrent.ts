/**
 * libtorrent (the engine of qBittorrent and Deluge) as a client to meet: a process that is told what to do and says what
 * happens (`libtorrent_client.py`). On loopback, or in a network namespace, on a port of its own choice.
 *
 * @module
 */
import { type Endpoint, formatEndpoint } from "../../shared/endpoint.ts";

/** Debian's; python3-libtorrent is installed for it and for no other. */
export const PYTHON = "/usr/bin/python3";
const SCRIPT = new URL("libtorrent_client.py", import.meta.url).pathname;

/** What the client writes of itself when something goes wrong, at most: the end of it is what matters. */
const MAX_LOG_LINES = 1000;

/** Settings that insist on encryption, both ways, of every byte. */
export const ENCRYPTED = { in_enc_policy: 0, out_enc_policy: 0, allowed_enc_level: 2 } as const;

/** How to start it. */
export interface LibtorrentOptions {
  /** Its address; default: 127.0.0.1. */
  readonly host?: string;
  /** The network namespace that it runs in; else the machine itself. */
  readonly namespace?: string;
  /** Settings of libtorrent, for instance `{upload_rate_limit: 1_000_000}`. */
  readonly settings?: Readonly<Record<string, number | boolean | string>>;
  /** Log every message of the wire, to find out what went wrong. Also by `PLAYSWARM_LIBTORRENT_LOG=1`. */
  readonly logsWire?: boolean;
}

/** A .torrent that libtorrent made or read. */
export interface LibtorrentTorrent {
  readonly name: string;
  readonly pieceLength: number;
  readonly magnet: string;
  /** Hex; absent of a v2-only torrent. */
  readonly infoHash?: string;
  /** Hex; absent of a v1 torrent. */
  readonly infoHashV2?: string;
}

/** How to make a .torrent. */
export interface CreateOptions {
  /** A file or a folder. */
  readonly path: string;
  /** Where the .torrent goes. */
  readonly output: string;
  readonly version: "v1" | "v2" | "hybrid";
  /** 0 or absent: libtorrent chooses. */
  readonly pieceLength?: number;
  readonly trackers?: readonly string[];
}

/** What to join. */
export interface AddOptions {
  /** The path of a .torrent, or a magnet link. */
  readonly source: string;
  /** Where the files lie or will lie; those that are there already are checked. */
  readonly folder: string;
  readonly peers?: readonly Endpoint[];
  /** Bytes a second; absent: as fast as they come. */
  readonly downloadLimit?: number;
  /** Announce addresses beside the torrent's own. */
  readonly trackers?: readonly string[];
}

/** A finished transfer: every byte is verified and in its file. */
export interface Finished {
  /** From being added to being complete. */
  readonly seconds: number;
}

/** A transfer as libtorrent sees it. Rates are bytes of content a second. */
export interface TransferStats {
  readonly state: string;
  readonly progress: number;
  readonly doneBytes: number;
  readonly downloadedBytes: number;
  readonly uploadedBytes: number;
  readonly downloadRate: number;
  readonly uploadRate: number;
  /** By address and port: what each peer had given when the last piece was complete, also of those that have left. */
  readonly givenBytes: Readonly<Record<string, number>>;
  readonly peers: readonly LibtorrentPeer[];
}

/** A peer as libtorrent sees it. */
export interface LibtorrentPeer {
  /** What it says to be. */
  readonly client: string;
  readonly host: string;
  readonly port: number;
  readonly downloadedBytes: number;
  readonly uploadedBytes: number;
}

/** Something that happened to a transfer. */
export type TransferEvent =
  | { readonly event: "finished"; readonly id: number; readonly seconds: number }
  | { readonly event: "piece"; readonly id: number; readonly piece: number }
  | { readonly event: "metadata"; readonly id: number }
  | { readonly event: "announced"; readonly id: number; readonly url: string; readonly peerCount: number }
  | { readonly event: "note"; readonly id: number; readonly kind: string; readonly text: string };

type Message =
  | TransferEvent
  | { readonly event: "listening"; readonly port: number; readonly version: string }
  | { readonly reply: number; readonly value?: unknown; readonly error?: string };

/** A running libtorrent session. */
export class Libtorrent implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #host: string;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #reading: Promise<unknown>;
  readonly #events: TransferEvent[] = [];
  readonly #log: string[] = [];
  readonly #replies = new Map<number, (message: Extract<Message, { readonly reply: number }>) => void>();
  readonly #waiting = new Set<() => void>();
  #listening: Extract<Message, { readonly event: "listening" }> | undefined;
  #hasEnded = false;
  #nextNumber = 1;

  private constructor(child: Deno.ChildProcess, host: string) {
    this.#child = child;
    this.#host = host;
    this.#input = child.stdin.getWriter();
    const output = readLines(child.stdout, (line) => this.#receive(JSON.parse(line)));
    const errors = readLines(child.stderr, (line) => this.#keepLog(line));
    this.#reading = Promise.all([output, errors, child.status]).then(([, , { code, signal }]) => {
      if (code !== 0) this.#keepLog(`it ended with ${signal ?? code}`);
      this.#hasEnded = true;
      this.#wake();
    });
  }

  /** Why it cannot be used here, as a sentence; undefined when it can. */
  static missing(): string | undefined {
    try {
      const { success } = new Deno.Command(PYTHON, { args: ["-c", "import libtorrent"], stderr: "null" }).outputSync();
      return success ? undefined : `${PYTHON} has no module libtorrent (apt install python3-libtorrent)`;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return `there is no ${PYTHON}`;
      throw error;
    }
  }

  /** Starts a session and waits until it listens. */
  static async start(options: LibtorrentOptions = {}): Promise<Libtorrent> {
    const logsWire = options.logsWire ?? Deno.env.get("PLAYSWARM_LIBTORRENT_LOG") === "1";
    const { host = "127.0.0.1", namespace } = options;
    const settings = { listen_interfaces: formatEndpoint({ host, port: 0 }), ...options.settings };
    const inside = namespace === undefined ? [] : ["ip", "netns", "exec", namespace];
    const line = [...inside, PYTHON, "-B", "-X", "faulthandler", SCRIPT, JSON.stringify({ settings, logsWire })];
    const [command = "", ...args] = line;
    const child = new Deno.Command(command, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const client = new Libtorrent(child, host);
    await client.#until(() => client.#listening, "listening");
    return client;
  }

  /** Where it takes connections. */
  get endpoint(): Endpoint {
    return { host: this.#host, port: this.#listening?.port ?? 0 };
  }

  /** Its version, as `2.0.8.0`. */
  get version(): string {
    return this.#listening?.version ?? "";
  }

  /** The process id. */
  get pid(): number {
    return this.#child.pid;
  }

  /** What it said so far, for the message of a failed test. */
  get output(): string {
    const events = this.#events.filter(({ event }) => event !== "piece").map((event) => JSON.stringify(event));
    return [...events, ...this.#log].join("\n");
  }

  /** Makes a .torrent. */
  async create(options: CreateOptions): Promise<LibtorrentTorrent> {
    return torrentOf(await this.#ask("create", { ...options }));
  }

  /** Reads a .torrent. */
  async inspect(torrent: string): Promise<LibtorrentTorrent> {
    return torrentOf(await this.#ask("inspect", { torrent }));
  }

  /** Joins a swarm, as a leecher or with files that are there already. */
  async add(options: AddOptions): Promise<LibtorrentTransfer> {
    const id = this.#nextNumber++;
    const { peers = [], ...rest } = options;
    await this.#ask("add", { id, ...rest, peers: peers.map(({ host, port }) => [host, port]) });
    return new LibtorrentTransfer(id, {
      ask: (command, values) => this.#ask(command, { id, ...values }),
      until: (find) =>
        this.#until(() => this.#events.find((event) => event.id === id && find(event)), `event of ${id}`),
      count: (find) => this.#events.filter((event) => event.id === id && find(event)).length,
    });
  }

  /** Joins a swarm with files that are all there, and waits until they are checked. */
  async seed(options: AddOptions): Promise<LibtorrentTransfer> {
    const transfer = await this.add(options);
    await transfer.finished();
    return transfer;
  }

  /** Ends it at once; whoever waits for it fails with what it said. */
  kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      // A process that is gone already needs no signal.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  /** Leaves the swarms and waits for the end of the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    // One that does not leave when asked is not allowed to outlive its test.
    const timer = setTimeout(() => this.kill(), 10_000);
    try {
      await this.#input.close();
    } catch (error) {
      // One that was killed has closed its end already.
      if (!(error instanceof Deno.errors.BrokenPipe) && !(error instanceof TypeError)) throw error;
    }
    await this.#child.status;
    await this.#reading;
    clearTimeout(timer);
  }

  async #ask(command: string, values: Readonly<Record<string, unknown>>): Promise<unknown> {
    const number = this.#nextNumber++;
    let answer: Extract<Message, { readonly reply: number }> | undefined;
    this.#replies.set(number, (message) => answer = message);
    await this.#input.write(new TextEncoder().encode(`${JSON.stringify({ number, command, ...values })}\n`));
    const { value, error } = await this.#until(() => answer, `an answer to ${command}`);
    if (error !== undefined) throw new Error(`libtorrent cannot ${command}: ${error}`);
    return value;
  }

  async #until<Found>(find: () => Found | undefined, what: string): Promise<Found> {
    while (true) {
      const found = find();
      if (found !== undefined) return found;
      if (this.#hasEnded) throw new Error(`libtorrent ended without ${what}; it said:\n${this.output}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  #receive(message: Message): void {
    if ("reply" in message) {
      this.#replies.get(message.reply)?.(message);
      this.#replies.delete(message.reply);
    } else if (message.event === "listening") this.#listening = message;
    else this.#events.push(message);
    this.#wake();
  }

  #keepLog(line: string): void {
    this.#log.push(line);
    if (this.#log.length > MAX_LOG_LINES) this.#log.shift();
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }
}

/** What a transfer needs of its session. */
interface TransferSession {
  ask(command: string, values: Readonly<Record<string, unknown>>): Promise<unknown>;
  until(find: (event: TransferEvent) => boolean): Promise<TransferEvent>;
  count(find: (event: TransferEvent) => boolean): number;
}

/** One torrent in a libtorrent session. */
export class LibtorrentTransfer {
  readonly #id: number;
  readonly #session: TransferSession;

  /** Made by {@link Libtorrent.add}. */
  constructor(id: number, session: TransferSession) {
    this.#id = id;
    this.#session = session;
  }

  /** Waits until all is verified and in the files. */
  async finished(): Promise<Finished> {
    const event = await this.#session.until(({ event }) => event === "finished");
    if (event.event !== "finished") throw new TypeError(`Cannot use ${event.event} as the end of transfer ${this.#id}`);
    return { seconds: event.seconds };
  }

  /** Waits until a tracker has answered an announce to an address that begins like this. */
  async announced(url: string): Promise<void> {
    await this.#session.until((event) => event.event === "announced" && event.url.startsWith(url));
  }

  /** Waits until so many pieces were fetched and found right. */
  async havePieces(count: number): Promise<void> {
    const isPiece = ({ event }: TransferEvent) => event === "piece";
    await this.#session.until((event) => isPiece(event) && this.#session.count(isPiece) >= count);
  }

  /** What did not go well: hashes that failed, peers that left and why. */
  noteCount(kind: string): number {
    return this.#session.count((event) => event.event === "note" && event.kind === kind);
  }

  /** How it stands now. */
  async stats(): Promise<TransferStats> {
    // The script's own words: it writes exactly these fields.
    return await this.#session.ask("stats", {}) as TransferStats;
  }

  /** Connects to a peer. */
  async connect(peer: Endpoint): Promise<void> {
    await this.#session.ask("connect", { ...peer });
  }

  /** Leaves the swarm; the files stay. */
  async remove(): Promise<void> {
    await this.#session.ask("remove", {});
  }
}

function torrentOf(value: unknown): LibtorrentTorrent {
  // The script's own words: it writes exactly these fields.
  return value as LibtorrentTorrent;
}

async function readLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  onLine: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  }
}
