/**
 * `deno task bench`: how fast we are beside libtorrent, on this machine, in this run, on the same file. Each scenario is
 * run in turns and the median is shown, because a machine is never the same twice.
 *
 * @module
 */
import { formatBytes } from "../../shared/format.ts";
import { Libtorrent } from "../interop/libtorrent.ts";
import { Folder, Program } from "../program.ts";
import { type Cost, measure, Meter } from "./measured_process.ts";

/** Bytes to transfer; `PLAYSWARM_BENCH_MIB` makes it another number of MiB. */
const LENGTH = Number(Deno.env.get("PLAYSWARM_BENCH_MIB") ?? 1024) * 1024 * 1024;
/** Times each scenario is run. */
const ROUNDS = Number(Deno.env.get("PLAYSWARM_BENCH_ROUNDS") ?? 3);
/** Flags that `deno task peer` runs with. */
const PEER = [
  "run",
  "-A",
  "--quiet",
  "--v8-flags=--max-semi-space-size=2",
  new URL("../../peer/main.ts", import.meta.url).pathname,
];

interface Stage {
  readonly folder: string;
  readonly file: string;
  readonly torrent: string;
  /** Makes a name for a folder that does not exist yet. */
  fresh(): string;
}

interface Scenario {
  readonly name: string;
  run(stage: Stage): Promise<Cost>;
}

const scenarios: readonly Scenario[] = [
  { name: "libtorrent seeder → peer download", run: (stage) => withLibtorrentSeeder(stage, ourDownload) },
  { name: "libtorrent seeder → libtorrent", run: (stage) => withLibtorrentSeeder(stage, libtorrentDownload) },
  { name: "peer share → peer download", run: (stage) => withOurSeeder(stage, ourDownload) },
  { name: "peer share → libtorrent", run: (stage) => withOurSeeder(stage, libtorrentDownload) },
];

async function withLibtorrentSeeder(
  stage: Stage,
  download: (stage: Stage, port: number) => Promise<Cost>,
): Promise<Cost> {
  await using seeder = await Libtorrent.start();
  await seeder.seed({ source: stage.torrent, folder: stage.folder });
  return await download(stage, seeder.endpoint.port);
}

async function withOurSeeder(stage: Stage, download: (stage: Stage, port: number) => Promise<Cost>): Promise<Cost> {
  await using seeder = Program.start("peer", [
    ...["share", stage.folder, "--host", "127.0.0.1", "--port", "0", "--data-dir", `${stage.folder}/../data`],
  ]);
  const port = await seeder.port();
  await seeder.line(/magnet:/);
  return await download(stage, port);
}

async function ourDownload(stage: Stage, port: number): Promise<Cost> {
  const to = stage.fresh();
  const cost = await measure(Deno.execPath(), [
    ...PEER,
    ...["download", stage.torrent, "--to", to, "--peer", `127.0.0.1:${port}`, "--host", "127.0.0.1", "--no-lan"],
  ]);
  await Deno.remove(to, { recursive: true });
  return cost;
}

async function libtorrentDownload(stage: Stage, port: number): Promise<Cost> {
  const to = stage.fresh();
  await Deno.mkdir(to);
  await using leecher = await Libtorrent.start();
  const meter = new Meter(leecher.pid);
  const transfer = await leecher.add({
    source: stage.torrent,
    folder: to,
    peers: [{ host: "127.0.0.1", port }],
  });
  await transfer.finished();
  const cost = meter.stop();
  await Deno.remove(to, { recursive: true });
  return cost;
}

async function makeStage(root: string): Promise<Stage> {
  const folder = `${root}/seed`;
  const file = `${folder}/bench.mp4`;
  const torrent = `${root}/bench.torrent`;
  await Deno.mkdir(folder);
  await writeNoise(file);
  await measure(Deno.execPath(), [...PEER, "create", file, "-o", torrent]);
  let count = 0;
  return { folder, file, torrent, fresh: () => `${root}/out-${count++}` };
}

/** Content that compresses to nothing less, so that no file system is clever about it. */
async function writeNoise(path: string): Promise<void> {
  using file = await Deno.open(path, { write: true, create: true });
  const part = new Uint8Array(1024 * 1024);
  for (let offset = 0; offset < LENGTH; offset += part.length) {
    for (let begin = 0; begin < part.length; begin += 65_536) {
      crypto.getRandomValues(part.subarray(begin, begin + 65_536));
    }
    await file.write(part);
  }
}

function median(costs: readonly Cost[]): Cost {
  const sorted = [...costs].sort((a, b) => a.seconds - b.seconds);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new RangeError("Cannot take the median of nothing");
  return middle;
}

function row(name: string, cost: Cost): string {
  const rate = `${Math.round(LENGTH / cost.seconds / 1e6)} MB/s`;
  const memory = formatBytes(cost.peakBytes);
  return `${name.padEnd(38)} ${rate.padStart(9)} ${cost.cpuSeconds.toFixed(2).padStart(8)} s ${memory.padStart(9)}`;
}

if (import.meta.main) {
  const missing = Libtorrent.missing();
  if (missing !== undefined) console.warn(`Only our own scenario is run: ${missing}`);
  await using root = await Folder.create();
  console.log(`${formatBytes(LENGTH)} over loopback, median of ${ROUNDS}; memory and processor of the downloader`);
  const stage = await makeStage(root.path);
  const chosen = scenarios.filter(({ name }) => missing === undefined || !name.includes("libtorrent"));
  const costs = new Map<string, Cost[]>(chosen.map(({ name }) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const { name, run } of chosen) costs.get(name)?.push(await run(stage));
  }
  console.log(`${"".padEnd(38)} ${"rate".padStart(9)} ${"cpu".padStart(10)} ${"memory".padStart(9)}`);
  for (const [name, list] of costs) console.log(row(name, median(list)));
}
