/**
 * Scenario e: ten thousand shared files, known from the run before: how long until all are shared again, how much memory,
 * how much processor time while nothing happens. With a tracker, to which all of them are announced.
 *
 * @module
 */
import { formatBytes } from "../../shared/format.ts";
import { Program } from "../program.ts";
import { Meter } from "./measured_process.ts";
import type { Figures, Scenario } from "./scenario.ts";
import { type Stage, writeNoise } from "./stage.ts";

const FILE_COUNT = 10_000;
const FOLDER_COUNT = 100;
/** As small as a file can be that the sniffing of media looks at as a whole: what it holds does not matter here. */
const FILE_LENGTH = 16_384;

/** The announces, the handing over of all torrents and the reading of tags are done when so little is done for so long. */
const QUIET_SHARE = 0.04;
const QUIET_MS = 5_000;
const MAX_SETTLE_MS = 120_000;

const IDLE_MS = 30_000;

const LIMITS = { "start seconds": 5, memory: 300_000_000, "idle percent": 2 };

/** See the module. */
export const manyShares: Scenario = {
  letter: "e",
  title: `${FILE_COUNT} shared files after a restart, announced to a tracker`,
  rounds: 1,
  columns: [
    { name: "dashboard", format: (figure) => `${figure.toFixed(2)} s` },
    { name: "all shared", format: (figure) => `${figure.toFixed(2)} s` },
    { name: "peak memory", format: formatBytes },
    { name: "idle cpu", format: (figure) => `${figure.toFixed(1)} %` },
  ],
  contenders: async (stage) => {
    const folder = await stage.freshFolder();
    for (let number = 0; number < FILE_COUNT; number++) {
      const below = `${folder}/${number % FOLDER_COUNT}`;
      await Deno.mkdir(below, { recursive: true });
      await writeNoise(`${below}/film-${number}.mp4`, FILE_LENGTH);
    }
    return [{ name: "peer", run: () => measure(folder, stage) }];
  },
  conclude: (medians) => {
    const figures = medians.get("peer") ?? {};
    return [
      `all shared after ${figures["all shared"]?.toFixed(2)} s (limit: ${LIMITS["start seconds"]} s), ` +
      `${formatBytes(figures["peak memory"] ?? NaN)} (limit: ${formatBytes(LIMITS.memory)}), ` +
      `${figures["idle cpu"]?.toFixed(1)} % of a core when idle (limit: ${LIMITS["idle percent"]} %)`,
    ];
  },
};

async function measure(folder: string, stage: Stage): Promise<Figures> {
  await using tracker = Program.start("tracker", [
    ...["--host", "127.0.0.1", "--port", "0", "--peer-port", "0", "--dashboard", "127.0.0.1:0", "--no-lan"],
    ...["--data-dir", await stage.freshFolder()],
  ]);
  const home = await stage.freshFolder();
  const args = [
    ...["--mode", "video", "--host", "127.0.0.1", "--port", "0", "--dashboard", "127.0.0.1:0", "--no-lan"],
    ...["--tracker", `127.0.0.1:${await tracker.port()}`, "--share", folder],
    ...["--data-dir", `${home}/data`, "--downloads", `${home}/downloads`],
  ];
  {
    await using first = Program.start("peer", args);
    await whenShared(await first.dashboard());
    await whenQuiet(first.pid);
  }
  const startedAtMs = performance.now();
  const seconds = () => (performance.now() - startedAtMs) / 1000;
  await using peer = Program.start("peer", args);
  const dashboard = await peer.dashboard();
  const dashboardSeconds = seconds();
  await whenShared(dashboard);
  const sharedSeconds = seconds();
  await whenQuiet(peer.pid);
  const meter = new Meter(peer.pid);
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const { cpuSeconds, peakBytes } = meter.stop();
  return {
    "dashboard": dashboardSeconds,
    "all shared": sharedSeconds,
    "peak memory": peakBytes,
    "idle cpu": cpuSeconds * 100_000 / IDLE_MS,
  };
}

/** Waits until a process does hardly anything any more. */
async function whenQuiet(pid: number): Promise<void> {
  for (let waitedMs = 0; waitedMs < MAX_SETTLE_MS; waitedMs += QUIET_MS) {
    const meter = new Meter(pid);
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    if (meter.stop().cpuSeconds * 1000 < QUIET_SHARE * QUIET_MS) return;
  }
}

/** Asks as a dashboard would, a few times a second. */
async function whenShared(dashboard: string): Promise<void> {
  for (;;) {
    const shares: readonly { readonly fileCount: number }[] = await (await fetch(`${dashboard}/api/shares`)).json();
    if (shares.reduce((sum, { fileCount }) => sum + fileCount, 0) >= FILE_COUNT) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
