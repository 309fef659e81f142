import assert from "node:assert/strict";
import { sampleInfo } from "./sample_torrent.ts";
import type { LinkSpeed } from "./simulated_network.ts";
import { Simulation } from "./simulation.ts";

const SEED = 90_210;
const KILOBYTE = 1_000;
const GIVER_COUNT = 20;

const HOME: LinkSpeed = {
  uploadBytesPerSecond: 250 * KILOBYTE,
  downloadBytesPerSecond: 2_000 * KILOBYTE,
  delayMs: 10,
};

/** How far both kinds are when half of the givers are complete, and when that is. */
function run(selfishCount: number): { readonly halfwayMs: number; readonly selfishShare: number } {
  const info = sampleInfo({ length: 16_000 * KILOBYTE, pieceLength: 65_536 });
  const simulation = new Simulation({ info, seed: SEED });
  // Four times as fast as the others: what the givers have to give, not what the seeder has, is scarce.
  simulation.add({ speed: { ...HOME, uploadBytesPerSecond: 1_000 * KILOBYTE }, isSeeder: true });
  const givers = Array.from({ length: GIVER_COUNT }, () => simulation.add({ speed: HOME }));
  const selfish = Array.from({ length: selfishCount }, () => simulation.add({ speed: HOME, isSelfish: true }));
  const isHalfway = () => givers.filter(({ completedAtMs }) => completedAtMs !== undefined).length * 2 >= GIVER_COUNT;
  assert(simulation.clock.run({ untilMs: 300_000, isOver: isHalfway }), "not complete after five minutes");
  const halfwayMs = simulation.clock.nowMs;
  const received = selfish.reduce((sum, peer) => sum + peer.verifiedShare, 0) / Math.max(1, selfishCount);
  assert(simulation.runToCompletion({ withinMs: 300_000 }), "the selfish never complete");
  return { halfwayMs, selfishShare: received };
}

Deno.test(`selfish peers get less than givers, who hardly suffer (seed ${SEED})`, () => {
  const without = run(0);
  const among = run(5);
  console.log(
    `half of the givers after ${(without.halfwayMs / 1000).toFixed(1)} s without and ${
      (among.halfwayMs / 1000).toFixed(1)
    } s with selfish peers, who have ${Math.round(among.selfishShare * 100)} % then`,
  );
  assert(among.selfishShare < 0.5, "taking without giving pays");
  assert(among.halfwayMs < 1.2 * without.halfwayMs, "givers suffer");
});
