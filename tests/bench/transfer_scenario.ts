/**
 * What the scenarios that move one file have in common: who takes it from whom, the figures, the conclusions.
 *
 * @module
 */
import { formatBytes } from "../../shared/format.ts";
import { type Leecher, measureTransfer } from "./leechers.ts";
import { Meter } from "./measured_process.ts";
import type { Column, Contender, Figures } from "./scenario.ts";
import type { Seeder, StartSeeder } from "./seeders.ts";
import type { Content, Stage } from "./stage.ts";
import { WarmMemory } from "./warm_memory.ts";

/** Bytes to transfer; `PLAYSWARM_BENCH_MIB` makes it another number of MiB. */
export const TRANSFER_LENGTH = Number(Deno.env.get("PLAYSWARM_BENCH_MIB") ?? 1024) * 1024 * 1024;

/** Warm memory for a run: for a gibibyte in the cache of the disk, as much mapped, and the programs. */
const WARM_BYTES = 3 * 1024 ** 3;

/** The most resident memory that a download may take at its peak. */
const MAX_PEAK_BYTES = 150_000_000;

/**
 * A libtorrent seeder looks once a second at how fast each peer takes, and until then has no more than a block on its
 * way to it: the first second of each connection is slow for whoever takes. How much of that second a run meets is left
 * to chance, or it would be decided by how long a program takes to start.
 */
const SEEDER_PERIOD_MS = 1000;

/** The figures of a transfer. */
export const transferColumns: readonly Column[] = [
  { name: "rate", format: (figure) => `${Math.round(figure)} MB/s` },
  { name: "after the first second", format: (figure) => `${Math.round(figure)} MB/s` },
  { name: "transfer", format: formatSeconds },
  { name: "start before it", format: formatSeconds },
  { name: "cpu", format: formatSeconds },
  { name: "peak memory", format: (figure) => formatBytes(figure) },
  { name: "cpu of the seeders", format: formatSeconds },
];

/** Who takes from whom. */
export interface Pairing {
  readonly name: string;
  readonly leecher: Leecher;
  readonly startSeeder: StartSeeder;
  /** Default 1. */
  readonly seederCount?: number;
  /** Whether it may take seconds to begin: warm memory is freed from its first bytes on then, not from its start. */
  readonly startsLate?: boolean;
}

/** What is transferred, and where. */
export interface Place {
  readonly content: Content;
  readonly stage: Stage;
}

/** A contender that transfers the content from new seeders into a new folder. */
export function transferContender(pairing: Pairing, place: Place): Contender {
  return { name: pairing.name, run: () => transfer(pairing, place) };
}

/** Says how one rate compares with another. */
export function compareRates(
  medians: ReadonlyMap<string, Figures>,
  options: { readonly ours: string; readonly theirs: string; readonly target: number },
): string {
  const ratio = (medians.get(options.ours)?.["rate"] ?? NaN) / (medians.get(options.theirs)?.["rate"] ?? NaN);
  return Number.isNaN(ratio)
    ? `${options.ours}: nothing to compare it with`
    : `${options.ours}: ${ratio.toFixed(2)} × ${options.theirs} (aim: ${options.target})`;
}

/** Says whether the peak memory is within its limit. */
export function judgeMemory(medians: ReadonlyMap<string, Figures>, name: string): string {
  const peak = medians.get(name)?.["peak memory"] ?? NaN;
  return `${name}: ${formatBytes(peak)} at its peak (limit: ${formatBytes(MAX_PEAK_BYTES)})`;
}

/** Transfers the content once, from new seeders into a new folder. */
export async function transfer(pairing: Pairing, { content, stage }: Place): Promise<Figures> {
  await using scope = new AsyncDisposableStack();
  const seeders: Seeder[] = [];
  for (let count = 0; count < (pairing.seederCount ?? 1); count++) {
    seeders.push(scope.use(await pairing.startSeeder(content, stage)));
  }
  const folder = await stage.freshFolder();
  scope.defer(() => Deno.remove(folder, { recursive: true }));
  const memory = scope.use(await WarmMemory.take({ byteCount: WARM_BYTES }));
  await new Promise((resolve) => setTimeout(resolve, Math.random() * SEEDER_PERIOD_MS));
  if (!pairing.startsLate) memory.begin();
  const meters = seeders.map(({ pid }) => new Meter(pid));
  const taken = await measureTransfer(pairing.leecher, {
    content,
    folder,
    seeders,
    ...(pairing.startsLate ? { onFirstBytes: () => memory.begin() } : {}),
  });
  const given = meters.map((meter) => meter.stop());
  return {
    "rate": content.length / taken.seconds / 1e6,
    "after the first second": taken.laterBytes / taken.laterSeconds / 1e6,
    "transfer": taken.seconds,
    "start before it": taken.startSeconds,
    "cpu": taken.cpuSeconds,
    "peak memory": taken.peakBytes,
    "cpu of the seeders": given.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
  };
}

function formatSeconds(figure: number): string {
  return `${figure.toFixed(2)} s`;
}
