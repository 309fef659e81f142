/**
 * A small community of real processes on loopback, and what a test asks their dashboards over HTTP.
 *
 * @module
 */
import assert from "node:assert/strict";
import type {
  CataloguePage,
  CatalogueRow,
  PeerCatalogue,
  PeerStatus,
  ShareView,
  TorrentView,
} from "../../shared/dashboard_views.ts";
import type { ClientView } from "../../shared/tracker_dashboard_views.ts";
import { Folder, Program } from "../program.ts";

/** Short, so that what depends on it is quick; long enough for two and a half of them to be no accident. */
export const INTERVAL_SECONDS = 2;

/** Where the sample media lie. */
const fixtures = new URL("../fixtures/", import.meta.url).pathname;

/** How a peer is started. */
export interface PeerOptions {
  readonly share?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The folder of what it remembers; default: a new one. */
  readonly home?: string;
  /** The flag that is not given, so that the page may choose. */
  readonly without?: "tracker" | "downloads";
}

/** A tracker, and peers that know it. */
export class Community implements AsyncDisposable {
  readonly folder: Folder;
  readonly #scope: AsyncDisposableStack;
  #peerCount = 0;

  private constructor(scope: AsyncDisposableStack, folder: Folder, readonly tracker: Dashboard, readonly port: number) {
    this.#scope = scope;
    this.folder = folder;
  }

  /** Starts the tracker; `args` are further flags of it. */
  static async start(options: { readonly args?: readonly string[] } = {}): Promise<Community> {
    await using scope = new AsyncDisposableStack();
    const folder = scope.use(await Folder.create());
    const program = scope.use(startTracker(folder, { port: 0, args: options.args ?? [] }));
    const tracker = new Dashboard(await program.dashboard(), program);
    const port = await program.port();
    return new Community(scope.move(), folder, tracker, port);
  }

  /** Starts the tracker again where it was, after its process ended. */
  async restartTracker(): Promise<Dashboard> {
    const program = this.#scope.use(startTracker(this.folder, { port: this.port, args: [] }));
    return new Dashboard(await program.dashboard(), program);
  }

  /** Starts a peer. Its shares are folders of this community; `args` are further flags. */
  async peer(options: PeerOptions = {}): Promise<PeerProgram> {
    const home = options.home ?? await this.folder.folder(`peer-${this.#peerCount++}`);
    const { without, share, args = [], env } = options;
    const program = this.#scope.use(
      Program.start("peer", [
        ...["--host", "127.0.0.1", "--port", "0", "--no-lan"],
        ...["--dashboard", "127.0.0.1:0", "--data-dir", `${home}/data`],
        ...(without === "tracker" ? [] : ["--tracker", `127.0.0.1:${this.port}`]),
        ...(without === "downloads" ? [] : ["--downloads", `${home}/downloads`]),
        ...(share === undefined ? [] : ["--share", share]),
        ...args,
      ], env === undefined ? {} : { env }),
    );
    return new PeerProgram(await program.dashboard(), program, `${home}/downloads`);
  }

  /** Makes a folder with sample media in it: each by its name, or under another name. */
  async media(name: string, files: readonly (string | readonly [fixture: string, name: string])[]): Promise<string> {
    const path = await this.folder.folder(name);
    for (const file of files) {
      const [from, to] = typeof file === "string" ? [file, file] : file;
      await Deno.copyFile(fixturePath(from), `${path}/${to}`);
    }
    return path;
  }

  /** Ends all processes and removes the folders. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scope.disposeAsync();
  }
}

/** The dashboard of a running program. */
export class Dashboard {
  constructor(readonly url: string, readonly program: Program) {}

  /** Asks a route for its JSON; anything but a success fails. */
  async get<Answer>(path: string): Promise<Answer> {
    const response = await fetch(this.url + path);
    const text = await response.text();
    assert.ok(response.ok, `GET ${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  }

  /** Sends JSON to a route; anything but a success fails. */
  async send(method: "POST" | "PATCH" | "DELETE", path: string, body: unknown = {}): Promise<void> {
    const headers = { "Content-Type": "application/json" };
    const response = await fetch(this.url + path, { method, headers, body: JSON.stringify(body) });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
  }

  /** Waits, update by live update, until the question has an answer. */
  async until<Answer>(
    ask: () => Promise<Answer | undefined>,
    options: { readonly timeoutMs: number; readonly what: string },
  ): Promise<Answer> {
    const signal = AbortSignal.timeout(options.timeoutMs);
    try {
      const events = await fetch(`${this.url}/api/events`, { signal });
      assert.ok(events.ok && events.body !== null, `GET /api/events: ${events.status}`);
      for await (const _update of events.body) {
        const answer = await ask();
        if (answer !== undefined) return answer;
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    throw new Error(
      `Not within ${options.timeoutMs} ms at ${this.url}: ${options.what}; it printed:\n${this.program.output}`,
    );
  }

  /** The files that the tracker's own dashboard lists. */
  async files(): Promise<CataloguePage["entries"]> {
    return (await this.get<CataloguePage>("/api/catalogue?limit=100")).entries;
  }

  /** The active clients of the tracker. */
  clients(): Promise<readonly ClientView[]> {
    return this.get("/api/clients");
  }
}

/** The dashboard of a peer. */
export class PeerProgram extends Dashboard {
  constructor(url: string, program: Program, readonly downloads: string) {
    super(url, program);
  }

  /** What it shows of the community. */
  async rows(): Promise<readonly CatalogueRow[]> {
    return (await this.get<PeerCatalogue>("/api/catalogue?limit=100")).rows;
  }

  /** Waits until the catalogue lists a name. */
  row(name: string): Promise<CatalogueRow> {
    return this.until(async () => (await this.rows()).find((row) => row.name === name), {
      timeoutMs: 15_000,
      what: `${name} in the catalogue`,
    });
  }

  /** Waits until the catalogue has at least so many seeders of a file. */
  rowWithSeeders(name: string, seederCount: number): Promise<CatalogueRow> {
    return this.until(
      async () => (await this.rows()).find((row) => row.name === name && row.seederCount >= seederCount),
      { timeoutMs: 15_000, what: `${seederCount} seeders of ${name}` },
    );
  }

  /** One torrent as it is now. */
  torrent(infoHash: string): Promise<TorrentView> {
    return this.get(`/api/torrents/${infoHash}`);
  }

  /** Waits until a torrent is as it shall be. */
  untilTorrent(
    infoHash: string,
    isRight: (view: TorrentView) => boolean,
    options: { readonly timeoutMs: number; readonly what: string },
  ): Promise<TorrentView> {
    return this.until(async () => {
      const view = await this.torrent(infoHash);
      return isRight(view) ? view : undefined;
    }, options);
  }

  /** The names of all files that it shares. */
  async shared(): Promise<string[]> {
    const shares = await this.get<readonly ShareView[]>("/api/shares");
    return shares.flatMap((share) => share.files.map(({ name }) => name));
  }

  /** The peer as a whole. */
  status(): Promise<PeerStatus> {
    return this.get("/api/status");
  }
}

/** The path of a sample. */
export function fixturePath(name: string): string {
  return fixtures + name;
}

/** Fails unless a file has the very bytes of a sample. */
export async function assertSameBytes(path: string, fixture: string): Promise<void> {
  const [here, there] = await Promise.all([Deno.readFile(path), Deno.readFile(fixturePath(fixture))]);
  assert.ok(here.length === there.length && here.every((byte, index) => byte === there[index]), `${path} differs`);
}

function startTracker(folder: Folder, options: { readonly port: number; readonly args: readonly string[] }): Program {
  return Program.start("tracker", [
    ...["--host", "127.0.0.1", "--port", String(options.port), "--peer-port", "0", "--dashboard", "127.0.0.1:0"],
    ...["--interval", String(INTERVAL_SECONDS), "--no-lan", "--data-dir", `${folder.path}/tracker`],
    ...options.args,
  ]);
}
