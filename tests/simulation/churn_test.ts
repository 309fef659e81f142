import assert from "node:assert/strict";
import { lowerBoundMs } from "./lower_bound.ts";
import { sampleInfo } from "./sample_torrent.ts";
import { seededRandom } from "./seeded_random.ts";
import type { LinkSpeed } from "./simulated_network.ts";
import { Simulation } from "./simulation.ts";

const SEED = 4_711;
const KILOBYTE = 1_000;

function link(upload: number): LinkSpeed {
  return { uploadBytesPerSecond: upload * KILOBYTE, downloadBytesPerSecond: 2_000 * KILOBYTE, delayMs: 10 };
}

Deno.test(`churn: half of the leechers leave in the middle, as many come, and all who stay complete (seed ${SEED})`, () => {
  const info = sampleInfo({ length: 16_000 * KILOBYTE, pieceLength: 65_536 });
  const simulation = new Simulation({ info, seed: SEED });
  const { clock } = simulation;
  const random = seededRandom(SEED);
  const seederLink = link(500);
  simulation.add({ speed: seederLink, isSeeder: true });
  const staying = Array.from({ length: 15 }, () => simulation.add({ speed: link(250) }));
  let leaving = Array.from({ length: 15 }, () => simulation.add({ speed: link(250) }));
  const boundMs = lowerBoundMs(info.geometry.length, {
    seeder: seederLink,
    leechers: simulation.peers.slice(1).map(({ place }) => place.speed),
  });
  let lastComerAtMs = 0;
  const turn = () => {
    const leaver = leaving[Math.floor(random() * leaving.length)];
    if (leaver === undefined || clock.nowMs > boundMs) return;
    simulation.remove(leaver);
    leaving = leaving.filter((peer) => peer !== leaver);
    simulation.add({ speed: link(250) });
    lastComerAtMs = clock.nowMs;
    clock.after(3_000, turn);
  };
  clock.after(5_000, turn);
  assert(simulation.runToCompletion({ withinMs: 4 * boundMs }), "not complete after four times the bound");
  const lastMs = Math.max(...staying.map(({ completedAtMs }) => completedAtMs ?? Infinity));
  const comersMs = clock.nowMs - lastComerAtMs;
  console.log(
    `those who stayed after ${(lastMs / boundMs).toFixed(2)} x the bound without churn, the last comer after ` +
      `${(comersMs / 1000).toFixed(1)} s`,
  );
  assert(lastMs < 1.5 * boundMs, "what left took too much with it");
});

Deno.test(`the death of the seeder's connections and of a leecher costs little (seed ${SEED})`, () => {
  const info = sampleInfo({ length: 8_000 * KILOBYTE, pieceLength: 262_144 });
  const simulation = new Simulation({ info, seed: SEED });
  simulation.add({ speed: link(2_000), isSeeder: true });
  const second = simulation.add({ speed: link(2_000), isSeeder: true });
  const leechers = [1, 2, 3].map(() => simulation.add({ speed: link(2_000) }));
  const [victim] = leechers;
  simulation.clock.after(1_500, () => {
    simulation.remove(second);
    if (victim !== undefined) simulation.remove(victim);
  });
  assert(simulation.runToCompletion({ withinMs: 60_000 }), "not complete after a minute");
  for (const leecher of leechers.slice(1)) assert((leecher.completedAtMs ?? Infinity) < 12_000);
});
