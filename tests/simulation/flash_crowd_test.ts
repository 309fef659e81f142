import assert from "node:assert/strict";
import { lowerBoundMs } from "./lower_bound.ts";
import { sampleInfo } from "./sample_torrent.ts";
import type { LinkSpeed } from "./simulated_network.ts";
import { Simulation } from "./simulation.ts";

const SEED = 20_240_602;
const LEECHER_COUNT = 100;
const KILOBYTE = 1_000;

function link(upload: number): LinkSpeed {
  return { uploadBytesPerSecond: upload * KILOBYTE, downloadBytesPerSecond: 2_000 * KILOBYTE, delayMs: 10 };
}

/** Everybody comes at once; `maxPeers` of each keeps the number of haves, and so the real time, small. */
function crowd(
  options: {
    readonly seeder: LinkSpeed;
    readonly leecher: LinkSpeed;
    readonly pieceCount: number;
    readonly maxPeers: number;
  },
): void {
  const { seeder: seederLink, leecher: leecherLink, pieceCount } = options;
  const info = sampleInfo({ length: pieceCount * 32_768, pieceLength: 32_768 });
  const { length } = info.geometry;
  const simulation = new Simulation({ info, seed: SEED });
  const settings = { maxPeers: options.maxPeers };
  const seeder = simulation.add({ speed: seederLink, isSeeder: true, settings });
  const leechers = Array.from(
    { length: LEECHER_COUNT },
    () => simulation.add({ speed: leecherLink, settings }),
  );
  const boundMs = lowerBoundMs(length, { seeder: seederLink, leechers: leechers.map(({ place }) => place.speed) });
  assert(simulation.runToCompletion({ withinMs: 3 * boundMs }), "not complete after three times the bound");
  const lastMs = Math.max(...leechers.map(({ completedAtMs }) => completedAtMs ?? Infinity));
  const copies = leechers.reduce((sum, { receivedBytes }) => sum + receivedBytes, 0) / leechers.length / length;
  console.log(
    `complete after ${(lastMs / 1000).toFixed(1)} s, ${(lastMs / boundMs).toFixed(2)} x the bound; the seeder sent ` +
      `${(seeder.place.sentBytes / length).toFixed(2)} copies, a leecher received ${copies.toFixed(3)}`,
  );
  assert(lastMs < 1.3 * boundMs, "slower than 1.3 times the lower bound");
  assert(copies < 1.07, "too much came twice");
}

Deno.test(`a flash crowd: 1 seeder no faster than each of the 100 leechers (seed ${SEED})`, () => {
  // Every uplink, the seeder's and all others, has to be in use all the time to reach the bound.
  crowd({ seeder: link(500), leecher: link(500), pieceCount: 200, maxPeers: 10 });
});

Deno.test(`a flash crowd: 1 seeder twice as fast as each of the 100 leechers (seed ${SEED})`, () => {
  crowd({ seeder: link(1_000), leecher: link(500), pieceCount: 128, maxPeers: 12 });
});
