/**
 * WebTorrent as a program: `SOURCE FOLDER [--encrypted]`. Prints "done" when all is there and verified, and seeds until it is ended.
 * With `--probe` it only finds out whether WebTorrent can be had.
 *
 * @module
 */
import Module from "node:module";
import process from "node:process";

/** As npm knows it. Fetched when this runs: no program of ours depends on it. */
const PACKAGE = "npm:webtorrent@3.0.21";

/** Alone with the tracker; without uTP, whose native part is not there either. */
const QUIET = { dht: false, lsd: false, natUpnp: false, natPmp: false, utp: false, utPex: false };

/** It encrypts when it dials in any case; with this it takes nothing else, and encrypts the content too. */
const ENCRYPTED = { secure: 2 };

/** What is used of WebTorrent. */
interface Client {
  add(source: string, options: { readonly path: string }): Emitter;
  destroy(onEnd: () => void): void;
}

interface Emitter {
  on(event: string, listener: (detail: unknown) => void): void;
}

if (import.meta.main) {
  stubWebRtc();
  // What npm gives has no types here; these are the calls that its documentation names.
  const { default: WebTorrent }: { default: new (options: object) => Client & Emitter } = await import(PACKAGE);
  const [source = "", path = "", flag] = Deno.args;
  const options = flag === "--encrypted" ? { ...QUIET, ...ENCRYPTED } : QUIET;
  if (source !== "--probe") join(new WebTorrent({ ...options }), { source, path });
}

/** The WebRTC part is native code that does not come by npm, and that nobody here speaks to: it is found empty. */
function stubWebRtc(): void {
  // Not in the declarations of Node, though everybody who replaces a module uses it.
  const loader = Module as unknown as { _load(request: string, ...rest: unknown[]): unknown };
  const load = loader._load;
  loader._load = function (request, ...rest) {
    if (!request.endsWith("node_datachannel.node")) return load.call(this, request, ...rest);
    return new Proxy({}, { get: (_, name) => name === "__esModule" ? undefined : class {} });
  };
}

function join(client: Client & Emitter, options: { readonly source: string; readonly path: string }): void {
  const { source, path } = options;
  client.on("error", fail);
  const torrent = client.add(source, { path });
  torrent.on("warning", (warning) => console.error(String(warning)));
  torrent.on("done", () => console.log("done"));
  process.on("SIGTERM", () => client.destroy(() => process.exit(0)));
}

function fail(error: unknown): void {
  console.error(String(error));
  process.exit(1);
}
