import assert from "node:assert/strict";
import { formatEndpoint } from "../../shared/endpoint.ts";
import { sampleInfo } from "./sample_torrent.ts";
import type { LinkSpeed } from "./simulated_network.ts";
import type { SimulatedPeer } from "./simulated_peer.ts";
import { Simulation } from "./simulation.ts";

const SEED = 31_337;
const MEGABYTE = 1_000_000;

/** Megabytes a second. */
function link(upload: number, options: { readonly download?: number; readonly delayMs?: number } = {}): LinkSpeed {
  return {
    uploadBytesPerSecond: upload * MEGABYTE,
    downloadBytesPerSecond: (options.download ?? 50) * MEGABYTE,
    delayMs: options.delayMs ?? 5,
  };
}

/** The share of a leecher's bytes that came from another. */
function shareOf(leecher: SimulatedPeer, other: SimulatedPeer): number {
  return (leecher.receivedFrom.get(formatEndpoint(other.endpoint)) ?? 0) / leecher.receivedBytes;
}

Deno.test(`two equal seeders share the work (seed ${SEED})`, () => {
  const info = sampleInfo({ length: 16 * MEGABYTE, pieceLength: 524_288 });
  const simulation = new Simulation({ info, seed: SEED });
  const seeders = [1, 2].map(() => simulation.add({ speed: link(2), isSeeder: true }));
  const leecher = simulation.add({ speed: link(2) });
  assert(simulation.runToCompletion({ withinMs: 60_000 }), "not complete after a minute");
  for (const seeder of seeders) assert(shareOf(leecher, seeder) > 0.4, "one seeder did most of the work");
  assert((leecher.completedAtMs ?? Infinity) < 1.3 * 4_000, "slower than both links allow");
  assert(leecher.receivedBytes < 1.03 * info.geometry.length, "too much came twice");
});

Deno.test(`one seeder on a fast far link is used to the full (seed ${SEED})`, () => {
  const info = sampleInfo({ length: 100 * MEGABYTE, pieceLength: 524_288 });
  const simulation = new Simulation({ info, seed: SEED });
  simulation.add({ speed: link(20, { delayMs: 50 }), isSeeder: true });
  const leecher = simulation.add({ speed: link(20, { delayMs: 50 }) });
  assert(simulation.runToCompletion({ withinMs: 60_000 }), "not complete after a minute");
  assert((leecher.completedAtMs ?? Infinity) < 7_500, "the queue was not deep enough");
});

Deno.test(`75 seeders at one slow downlink: hardly anything comes twice (seed ${SEED})`, () => {
  const info = sampleInfo({ length: 50 * MEGABYTE, pieceLength: 262_144 });
  const simulation = new Simulation({ info, seed: SEED });
  for (let count = 0; count < 75; count++) simulation.add({ speed: link(1), isSeeder: true });
  const leecher = simulation.add({ speed: link(0.1, { download: 1 }) });
  assert(simulation.runToCompletion({ withinMs: 100_000 }), "not complete after twice the bound");
  const copies = leecher.receivedBytes / info.geometry.length;
  console.log(
    `complete after ${((leecher.completedAtMs ?? 0) / 50_000).toFixed(2)} x the bound, ${copies.toFixed(3)} copies`,
  );
  assert(copies < 1.1, "too much came twice");
});
