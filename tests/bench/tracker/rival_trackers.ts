/**
 * The trackers that are measured, each a process of its own on a port of its own: ours, opentracker (Debian's package) and
 * bittorrent-tracker (npm, run by Node).
 *
 * @module
 */
import { Folder, Program } from "../../program.ts";

/** Of npm; measured as it was then. */
const BITTORRENT_TRACKER = "bittorrent-tracker@11.2.3";

/**
 * It takes minutes to fill itself with a million peers over UDP, so it does from within, by its own function for announces,
 * with the peers that the generator speaks for.
 */
const NODE_SERVER = `
  import { readFileSync } from "node:fs";
  import Server from "bittorrent-tracker/server";
  const server = new Server({ udp: true, http: false, ws: false, stats: false });
  server.on("error", (error) => console.error(error.message));
  const infoHashes = readFileSync("info_hashes");
  const peersPerTorrent = Number(process.argv[2]);
  for (let torrent = 0; torrent * 20 < infoHashes.length; torrent++) {
    const infoHash = infoHashes.toString("hex", torrent * 20, torrent * 20 + 20);
    const swarm = server.torrents[infoHash] = new Server.Swarm(infoHash, server);
    for (let peer = 0; peer < peersPerTorrent; peer++) {
      const number = torrent * peersPerTorrent + peer;
      const ip = "127.0.0.1";
      const port = 1024 + number % 64000;
      const left = peer % 4 === 0 ? 0 : 1000000;
      const peer_id = number.toString(16).padStart(40, "0");
      swarm.announce({ type: "udp", event: "started", addr: ip + ":" + port, ip, port, peer_id, left, numwant: 0 }, () => {});
    }
  }
  server.listen(0, { udp: "127.0.0.1", udp6: "::1" }, () => console.log("listens on " + server.udp4.address().port));
`;

/** A tracker that runs. */
export interface RunningTracker extends AsyncDisposable {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  /** Whether it holds all peers before the first announce. */
  readonly isFilled: boolean;
}

/** What all of them shall hold. */
export interface SamplePeers {
  /** One behind the other. */
  readonly infoHashes: Uint8Array;
  readonly peersPerTorrent: number;
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
    isFilled: false,
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** opentracker; undefined where it is not installed. Debian's serves the info-hashes of a list only. */
export async function startOpentracker({ infoHashes }: SamplePeers): Promise<RunningTracker | undefined> {
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
  return child === undefined ? undefined : running("opentracker", { child, port, folder, isFilled: false });
}

/** bittorrent-tracker with all peers in it; undefined where there is no Node. */
export async function startBittorrentTracker(sample: SamplePeers): Promise<RunningTracker | undefined> {
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
  await Deno.writeFile(`${folder.path}/info_hashes`, sample.infoHashes);
  const child = spawn("node", ["server.js", String(sample.peersPerTorrent)], folder.path);
  if (child === undefined) return undefined;
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = await reader.read();
  reader.releaseLock();
  return running("bittorrent-tracker", { child, port: Number(/\d+/.exec(value)?.[0]), folder, isFilled: true });
}

function running(
  name: string,
  { child, port, folder, isFilled }: {
    readonly child: Deno.ChildProcess;
    readonly port: number;
    readonly folder: Folder;
    readonly isFilled: boolean;
  },
): RunningTracker {
  return {
    name,
    port,
    pid: child.pid,
    isFilled,
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
