/**
 * `deno task bench:tracker`: announces answered per second over UDP, and how long the slowest answer takes at half that
 * load, beside opentracker and bittorrent-tracker on the same machine in the same run, by the same generator. All hold the
 * same peers and are asked for the same number of them; they take turns, and the median is shown. Before that: what a peer
 * takes in memory, and how long the longest part of a sweep takes.
 *
 * @module
 */
import { formatBytes } from "../../../shared/format.ts";
import { type AnnounceLoadOptions, type AnnounceLoadResult, sampleInfoHashes } from "./announce_load.ts";
import type { SwarmStateOptions, SwarmStateResult } from "./swarm_state.ts";
import {
  type RunningTracker,
  type SamplePeers,
  startBittorrentTracker,
  startOpentracker,
  startOurs,
} from "./rival_trackers.ts";

/** `PLAYSWARM_BENCH_TORRENTS` and `PLAYSWARM_BENCH_PEERS` make it other swarms. */
const TORRENT_COUNT = Number(Deno.env.get("PLAYSWARM_BENCH_TORRENTS") ?? 10_000);
const PEERS_PER_TORRENT = Number(Deno.env.get("PLAYSWARM_BENCH_PEERS") ?? 200);
/** Peers asked for: all of them give so many. opentracker gives 200 at most, bittorrent-tracker 82. */
const WANTED_COUNT = Number(Deno.env.get("PLAYSWARM_BENCH_WANTED") ?? 50);
/** Turns of each. */
const ROUNDS = Number(Deno.env.get("PLAYSWARM_BENCH_ROUNDS") ?? 3);
const SECONDS = Number(Deno.env.get("PLAYSWARM_BENCH_SECONDS") ?? 4);

async function load(tracker: RunningTracker, more: Pick<AnnounceLoadOptions, "run" | "ratePerSecond">) {
  const options: AnnounceLoadOptions = {
    port: tracker.port,
    torrentCount: TORRENT_COUNT,
    peersPerTorrent: PEERS_PER_TORRENT,
    wantedCount: WANTED_COUNT,
    ...more,
  };
  const result: AnnounceLoadResult = await run("announce_load.ts", options);
  return result;
}

/** A million peers in the state alone, and all of them gone; then ten thousand of one program at one endpoint. */
async function sayState(): Promise<void> {
  const cases: readonly (readonly [string, SwarmStateOptions])[] = [
    ["1,000,000 clients in 100,000 swarms", { swarmCount: 100_000, peersPerSwarm: 10, isOneEndpoint: false }],
    ["10,000 peer ids at one endpoint", { swarmCount: 10_000, peersPerSwarm: 1, isOneEndpoint: true }],
  ];
  for (const [name, options] of cases) {
    const { bytesPerPeer, sweepPartCount, worstSweepPartMs }: SwarmStateResult = await run("swarm_state.ts", options);
    const sweep = `all gone: ${sweepPartCount} parts, the longest ${worstSweepPartMs.toFixed(1)} ms`;
    console.log(`${name}: ${options.isOneEndpoint ? "" : `${Math.round(bytesPerPeer)} bytes a peer; `}${sweep}`);
  }
}

/** What a program of this folder prints as JSON. */
async function run(name: string, options: AnnounceLoadOptions | SwarmStateOptions) {
  const path = new URL(name, import.meta.url).pathname;
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--v8-flags=--expose-gc", path, JSON.stringify(options)],
    stderr: "inherit",
  }).output();
  if (code !== 0) throw new Error(`Cannot measure with ${name}: it ended with code ${code}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Resident memory of a process in bytes (Linux). */
function memoryOf(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
}

function median<Result>(results: readonly Result[], key: (result: Result) => number): Result {
  const middle = results.toSorted((a, b) => key(a) - key(b))[Math.floor(results.length / 2)];
  if (middle === undefined) throw new RangeError("Cannot take the median of nothing");
  return middle;
}

function say(...cells: readonly string[]): void {
  console.log(cells.map((cell, index) => index === 0 ? cell.padEnd(20) : cell.padStart(14)).join(""));
}

/** Starts the trackers that can be, and fills them all with the same peers. */
async function startAll(scope: AsyncDisposableStack): Promise<readonly RunningTracker[]> {
  const sample: SamplePeers = { infoHashes: sampleInfoHashes(TORRENT_COUNT), peersPerTorrent: PEERS_PER_TORRENT };
  const starts = {
    "playswarm": startOurs,
    "opentracker": () => startOpentracker(sample),
    "bittorrent-tracker": () => startBittorrentTracker(sample),
  };
  const trackers: RunningTracker[] = [];
  for (const [name, start] of Object.entries(starts)) {
    const tracker = await start();
    if (tracker === undefined) {
      console.warn(`Left out, as it cannot be started here: ${name}`);
      continue;
    }
    trackers.push(scope.use(tracker));
    if (tracker.isFilled) {
      console.log(`${name}: filled from within`);
      continue;
    }
    const before = memoryOf(tracker.pid);
    const { answersPerSecond, lostCount, errorCount } = await load(tracker, { run: "fill" });
    const bytesPerPeer = Math.round((memoryOf(tracker.pid) - before) / (TORRENT_COUNT * PEERS_PER_TORRENT));
    const filled = `filled at ${Math.round(answersPerSecond)}/s, ${lostCount} lost, ${errorCount} refused`;
    console.log(`${name}: ${filled}; ${bytesPerPeer} bytes a peer`);
  }
  return trackers;
}

if (import.meta.main) {
  await sayState();
  await using scope = new AsyncDisposableStack();
  const size = `${TORRENT_COUNT} torrents × ${PEERS_PER_TORRENT} peers`;
  console.log(`${size}, ${WANTED_COUNT} peers asked for, ${ROUNDS} turns of ${SECONDS} s`);
  const trackers = await startAll(scope);
  const results = new Map<string, AnnounceLoadResult[]>(trackers.map(({ name }) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const tracker of trackers) results.get(tracker.name)?.push(await load(tracker, { run: { seconds: SECONDS } }));
  }
  say("", "answers/s", "× ours", "peers each", "worst at half", "99 % at half", "memory");
  let ours: number | undefined;
  for (const tracker of trackers) {
    const full = median(results.get(tracker.name) ?? [], ({ answersPerSecond }) => answersPerSecond);
    const half = await load(tracker, { run: { seconds: SECONDS }, ratePerSecond: full.answersPerSecond / 2 });
    ours ??= full.answersPerSecond;
    say(
      tracker.name,
      String(Math.round(full.answersPerSecond)),
      (full.answersPerSecond / ours).toFixed(2),
      full.peersPerAnswer.toFixed(1),
      `${half.worstMs.toFixed(1)} ms`,
      `${half.p99Ms.toFixed(2)} ms`,
      formatBytes(memoryOf(tracker.pid)),
    );
    if (half.lostCount + full.lostCount > 0) console.log(`${tracker.name}: ${half.lostCount + full.lostCount} lost`);
  }
}
