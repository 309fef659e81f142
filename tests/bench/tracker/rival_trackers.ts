/**
 * The trackers that are measured, each a process of its own on a port of its own: ours, opentracker (Debian's package) and
 * bittorrent-tracker (npm, run by Node).
 *
 * @module
 */
import { Folder, Program } from "../../program.ts";

/** Of npm; measured as it was then. */
const BITTORRENT_TRACKER = "bittorrent-tracker@11.2.3";

const NODE_SERVER = `
  import Server from "bittorrent-tracker/server";
  const server = new Server({ udp: true, http: false, ws: false, stats: false });
  server.on("error", (error) => console.error(error.message));
  server.listen(0, { udp: "127.0.0.1", udp6: "::1" }, () => console.log("listens on " + server.udp4.address().port));
`;

/** A tracker that runs. */
export interface RunningTracker extends AsyncDisposable {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
}

/** Ours, from the sources. */
export async function startOurs(): Promise<RunningTracker> {
  const folder = await Folder.create();
  const program = Program.start("tracker", [
    ...["--host", "127.0.0.1", "--port", "0", "--peer-port", "0", "--dashboard", "127.0.0.1:0"],
    ...["--data-dir", folder.path, "--no-lan", "--log-level", "error", "--interval", "1800"],
  ]);
  const port = await program.port();
  return {
    name: "playswarm",
    port,
    pid: program.pid,
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** opentracker; undefined where it is not installed. Debian's serves the info-hashes of a list only. */
export async function startOpentracker(infoHashes: Uint8Array): Promise<RunningTracker | undefined> {
  const folder = await Folder.create();
  let list = "";
  for (let offset = 0; offset < infoHashes.length; offset += 20) {
    list += `${infoHashes.subarray(offset, offset + 20).toHex()}\n`;
  }
  await Deno.writeTextFile(`${folder.path}/list`, list);
  await Deno.chmod(folder.path, 0o755);
  const port = freePort();
  const address = ["-i", "127.0.0.1", "-p", String(port), "-P", String(port)];
  const child = spawn("opentracker", [...address, "-d", folder.path, "-w", "list"]);
  return child === undefined ? undefined : running("opentracker", { child, port, folder });
}

/** bittorrent-tracker; undefined where there is no Node. */
export async function startBittorrentTracker(): Promise<RunningTracker | undefined> {
  const folder = await Folder.create();
  await Deno.writeTextFile(`${folder.path}/package.json`, '{ "type": "module" }');
  await Deno.writeTextFile(`${folder.path}/server.js`, NODE_SERVER);
  const install = spawn("npm", [
    "install",
    "--silent",
    "--no-audit",
    "--no-fund",
    "--ignore-scripts",
    "--omit=optional",
    BITTORRENT_TRACKER,
  ], folder.path);
  if (install === undefined || !(await install.output()).success) return undefined;
  const child = spawn("node", ["server.js"], folder.path);
  if (child === undefined) return undefined;
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = await reader.read();
  reader.releaseLock();
  return running("bittorrent-tracker", { child, port: Number(/\d+/.exec(value)?.[0]), folder });
}

function running(
  name: string,
  { child, port, folder }: { readonly child: Deno.ChildProcess; readonly port: number; readonly folder: Folder },
): RunningTracker {
  return {
    name,
    port,
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      await child.stdout.cancel();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function spawn(command: string, args: readonly string[], cwd?: string): Deno.ChildProcess | undefined {
  try {
    return new Deno.Command(command, {
      args: [...args],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
      ...(cwd === undefined ? {} : { cwd }),
    }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function freePort(): number {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const { port } = socket.addr as Deno.NetAddr;
  socket.close();
  return port;
}
