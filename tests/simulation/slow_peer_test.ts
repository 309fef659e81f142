import assert from "node:assert/strict";
import { sampleInfo } from "./sample_torrent.ts";
import type { LinkSpeed } from "./simulated_network.ts";
import { Simulation } from "./simulation.ts";

const SEED = 31_337;
const MEGABYTE = 1_000_000;

/** Megabytes a second. */
function link(upload: number, download = 50): LinkSpeed {
  return { uploadBytesPerSecond: upload * MEGABYTE, downloadBytesPerSecond: download * MEGABYTE, delayMs: 5 };
}

Deno.test(`one slow seeder among fast ones does not hold the end (seed ${SEED})`, () => {
  const info = sampleInfo({ length: 16 * MEGABYTE, pieceLength: 524_288 });
  const simulation = new Simulation({ info, seed: SEED });
  for (const upload of [2, 2, 0.03]) simulation.add({ speed: link(upload), isSeeder: true });
  const leecher = simulation.add({ speed: link(2) });
  assert(simulation.runToCompletion({ withinMs: 60_000 }), "not complete after a minute");
  assert((leecher.completedAtMs ?? Infinity) < 1.3 * 3_970, "the slow one held the fast ones");
});

Deno.test(`one slow leecher among twenty holds none of them (seed ${SEED})`, () => {
  const lastOfTheFast = (slowCount: number) => {
    const info = sampleInfo({ length: 16 * MEGABYTE, pieceLength: 65_536 });
    const simulation = new Simulation({ info, seed: SEED });
    simulation.add({ speed: link(2), isSeeder: true });
    const fast = Array.from({ length: 20 }, () => simulation.add({ speed: link(0.5, 4) }));
    const slow = Array.from({ length: slowCount }, () => simulation.add({ speed: link(0.02, 0.1) }));
    const isOver = () => fast.every(({ completedAtMs }) => completedAtMs !== undefined);
    assert(simulation.clock.run({ untilMs: 300_000, isOver }), "not complete after five minutes");
    for (const peer of slow) assert(peer.verifiedShare > 0.1, "the slow one was forgotten");
    return simulation.clock.nowMs;
  };
  const without = lastOfTheFast(0);
  const among = lastOfTheFast(1);
  console.log(`twenty fast leechers after ${seconds(without)} s without and ${seconds(among)} s with a slow one`);
  assert(among < 1.1 * without, "the slow one held the fast ones");
});

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
