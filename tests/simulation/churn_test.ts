import assert from "node:assert/strict";
import { lowerBoundMs } from "./lower_bound.ts";
import { sampleInfo } from "./sample_torrent.ts";
import { seededRandom } from "./seeded_random.ts";
import type { LinkSpeed } from "./simulated_network.ts";
import type { SimulatedPeer } from "./simulated_peer.ts";
import { SimulatedPlayer } from "./simulated_player.ts";
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

Deno.test(`streaming under churn: no stall where a quarter more than the rate is there (seed ${SEED})`, () => {
  const info = sampleInfo({ length: 40_000 * KILOBYTE, pieceLength: 262_144 });
  const simulation = new Simulation({ info, seed: SEED });
  const { clock } = simulation;
  // The one that stays and two of those that come and go give 500 kB/s at all times: 1.25 times the rate.
  const marginOverRate = 1.25;
  const rateBytesPerSecond = 500 * KILOBYTE / marginOverRate;
  simulation.add({ speed: link(250), isSeeder: true });
  const guests: SimulatedPeer[] = [];
  const welcome = () => guests.push(simulation.add({ speed: link(125), isSeeder: true }));
  welcome();
  welcome();
  const turn = () => {
    welcome();
    // The new one has a second to be found, then the oldest is gone without a word.
    clock.after(1_000, () => {
      const oldest = guests.shift();
      if (oldest !== undefined) simulation.remove(oldest);
    });
    clock.after(5_000, turn);
  };
  clock.after(4_000, turn);
  const viewer = simulation.add({ speed: link(250) });
  const player = new SimulatedPlayer(viewer, { info, clock, rateBytesPerSecond, bufferMs: 2_000 });
  const playtimeMs = info.geometry.length / rateBytesPerSecond * 1000;
  assert(clock.run({ untilMs: 2 * playtimeMs, isOver: () => player.isOver }), "not played after twice its length");
  console.log(`started after ${player.startedAtMs} ms, stalled for ${player.stalledMs} ms of ${playtimeMs} ms`);
  assert((player.startedAtMs ?? Infinity) < 2_000 / marginOverRate + 2_000, "started late");
  assert.equal(player.stalledMs, 0);
});
