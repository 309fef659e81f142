import assert from "node:assert/strict";
import { lowerBoundMs } from "./lower_bound.ts";
import { sampleInfo } from "./sample_torrent.ts";
import type { LinkSpeed } from "./simulated_network.ts";
import { Simulation } from "./simulation.ts";

const SEED = 20_240_602;
const LEECHER_COUNT = 100;
const KILOBYTE = 1_000;

function link(upload: number, download = 2_000): LinkSpeed {
  return { uploadBytesPerSecond: upload * KILOBYTE, downloadBytesPerSecond: download * KILOBYTE, delayMs: 10 };
}

interface Crowd {
  readonly seeder: LinkSpeed;
  /** The link of each leecher, by its number. */
  readonly leecher: (number: number) => LinkSpeed;
  readonly pieceCount: number;
  readonly pieceLength: number;
  /** Connections of each, where fewer than the default: fewer haves, and less real time. */
  readonly maxPeers?: number;
}

/** Everybody comes at once. */
function crowd({ seeder: seederLink, leecher: leecherLink, pieceCount, pieceLength, maxPeers }: Crowd): void {
  const info = sampleInfo({ length: pieceCount * pieceLength, pieceLength });
  const { length } = info.geometry;
  const simulation = new Simulation({ info, seed: SEED });
  const settings = maxPeers === undefined ? {} : { maxPeers };
  const seeder = simulation.add({ speed: seederLink, isSeeder: true, settings });
  const leechers = Array.from(
    { length: LEECHER_COUNT },
    (_, number) => simulation.add({ speed: leecherLink(number), settings }),
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
  // Every uplink, the seeder's and all others, has to be in use all the time to reach the bound F/us = N·F/(us+Σui).
  crowd({ seeder: link(500), leecher: () => link(500), pieceCount: 200, pieceLength: 32_768, maxPeers: 10 });
});

Deno.test(`a flash crowd: 1 seeder twice as fast as each of the 100 leechers (seed ${SEED})`, () => {
  // More than twice as large as the first: what begins and ends slowly weighs less, all between must be fast.
  crowd({ seeder: link(1_000), leecher: () => link(500), pieceCount: 256, pieceLength: 65_536, maxPeers: 12 });
});

Deno.test(`a flash crowd: 100 leechers of four kinds of links (seed ${SEED})`, () => {
  const uploads = [125, 250, 500, 1_000];
  const leecher = (number: number) => link(uploads[number % 4] ?? 0);
  crowd({ seeder: link(1_000), leecher, pieceCount: 256, pieceLength: 65_536, maxPeers: 12 });
});

Deno.test(`a flash crowd: the slowest of 100 downlinks is the bound (seed ${SEED})`, () => {
  // F/dmin: the others have all they want long before; the slow one must be given its fill all the time.
  const leecher = (number: number) => number === 50 ? link(100, 200) : link(500);
  crowd({ seeder: link(1_000), leecher, pieceCount: 128, pieceLength: 32_768, maxPeers: 20 });
});
