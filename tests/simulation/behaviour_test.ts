import assert from "node:assert/strict";
import { formatEndpoint } from "../../shared/endpoint.ts";
import { sampleInfo } from "./sample_torrent.ts";
import type { LinkSpeed } from "./simulated_network.ts";
import type { SimulatedPeer } from "./simulated_peer.ts";
import { Simulation } from "./simulation.ts";

const SEED = 31_337;
const MEGABYTE = 1_000_000;

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

Deno.test(`one slow seeder among fast ones does not hold the end (seed ${SEED})`, () => {
  const info = sampleInfo({ length: 16 * MEGABYTE, pieceLength: 524_288 });
  const simulation = new Simulation({ info, seed: SEED });
  for (const upload of [2, 2, 0.03]) simulation.add({ speed: link(upload), isSeeder: true });
  const leecher = simulation.add({ speed: link(2) });
  assert(simulation.runToCompletion({ withinMs: 60_000 }), "not complete after a minute");
  assert((leecher.completedAtMs ?? Infinity) < 1.3 * 3_970, "the slow one held the fast ones");
});

Deno.test(`one seeder on a fast far link is used to the full (seed ${SEED})`, () => {
  const info = sampleInfo({ length: 100 * MEGABYTE, pieceLength: 524_288 });
  const simulation = new Simulation({ info, seed: SEED });
  simulation.add({ speed: link(20, { delayMs: 50 }), isSeeder: true });
  const leecher = simulation.add({ speed: link(20, { delayMs: 50 }) });
  assert(simulation.runToCompletion({ withinMs: 60_000 }), "not complete after a minute");
  assert((leecher.completedAtMs ?? Infinity) < 7_500, "the queue was not deep enough");
});

Deno.test(`a liar among three seeders is banned, the others are not (seed ${SEED})`, () => {
  const info = sampleInfo({ length: 8 * MEGABYTE, pieceLength: 262_144 });
  const simulation = new Simulation({ info, seed: SEED });
  simulation.add({ speed: link(1), isSeeder: true });
  const liar = simulation.add({ speed: link(1), isSeeder: true, liarChance: 0.3 });
  simulation.add({ speed: link(1), isSeeder: true });
  const leechers = [1, 2].map(() => simulation.add({ speed: link(1) }));
  assert(simulation.runToCompletion({ withinMs: 120_000 }), "not complete after two minutes");
  for (const leecher of leechers) {
    for (const banned of leecher.banned) assert(banned.startsWith(`${liar.endpoint.host}:`), `banned ${banned}`);
    assert(leecher.banned.length > 0, "the liar was not banned");
    assert(leecher.receivedBytes < 1.5 * info.geometry.length, "the lies cost too much");
  }
});

Deno.test(`the death of the seeder's connections and of a leecher costs little (seed ${SEED})`, () => {
  const info = sampleInfo({ length: 8 * MEGABYTE, pieceLength: 262_144 });
  const simulation = new Simulation({ info, seed: SEED });
  simulation.add({ speed: link(2), isSeeder: true });
  const second = simulation.add({ speed: link(2), isSeeder: true });
  const leechers = [1, 2, 3].map(() => simulation.add({ speed: link(2) }));
  const [victim] = leechers;
  simulation.clock.after(1_500, () => {
    simulation.remove(second);
    if (victim !== undefined) simulation.remove(victim);
  });
  assert(simulation.runToCompletion({ withinMs: 60_000 }), "not complete after a minute");
  for (const leecher of leechers.slice(1)) assert((leecher.completedAtMs ?? Infinity) < 12_000);
});

Deno.test(`a player that seeks gets its piece ahead of everything else (seed ${SEED})`, () => {
  const info = sampleInfo({ length: 40 * MEGABYTE, pieceLength: 524_288 });
  const simulation = new Simulation({ info, seed: SEED });
  simulation.add({ speed: link(0.5), isSeeder: true });
  simulation.add({ speed: link(0.5), isSeeder: true });
  const leecher = simulation.add({ speed: link(1) });
  const { clock } = simulation;
  const waitFor = (piece: number) => {
    const startMs = clock.nowMs;
    assert(clock.run({ untilMs: startMs + 60_000, isOver: () => leecher.has(piece) }), "the piece never came");
    return clock.nowMs - startMs;
  };
  clock.run({ untilMs: 5_000 });
  for (const place of [0, 60, 30]) {
    let piece = place;
    while (leecher.has(piece)) piece++;
    const start = info.geometry.pieceOffset(piece);
    leecher.demand([{ id: 1, start, end: start + 8 * MEGABYTE, rateBytesPerSecond: 400_000 }]);
    const tookMs = waitFor(piece);
    assert(tookMs < 524 + 1_000, "a seek waited behind other requests");
    clock.run({ untilMs: clock.nowMs + 2_000 });
  }
});

Deno.test(`a player at nine tenths of the links' rate does not stall (seed ${SEED})`, () => {
  const info = sampleInfo({ length: 24 * MEGABYTE, pieceLength: 262_144 });
  const simulation = new Simulation({ info, seed: SEED });
  for (const upload of [0.4, 0.4, 0.15, 0.05]) simulation.add({ speed: link(upload), isSeeder: true });
  const leecher = simulation.add({ speed: link(1) });
  const { clock } = simulation;
  const { geometry } = info;
  const rateBytesPerSecond = 0.9 * MEGABYTE;
  // Reads 100 ms worth at a time, waiting where the piece is not there; starts once it has two seconds' worth.
  let position = 0;
  let stalledMs = 0;
  const startMs = 4_000;
  const step = () => {
    if (position >= geometry.length) return;
    const next = Math.min(geometry.length, position + rateBytesPerSecond / 10);
    let isReadable = true;
    for (let piece = geometry.pieceAt(position); piece <= geometry.pieceAt(next - 1); piece++) {
      isReadable &&= leecher.has(piece);
    }
    if (isReadable && clock.nowMs >= startMs) position = next;
    else if (clock.nowMs > startMs) stalledMs += 100;
    if (position < geometry.length) {
      leecher.demand([{ id: 1, start: position, end: position + 8 * MEGABYTE, rateBytesPerSecond }]);
    }
    clock.after(100, step);
  };
  clock.after(300, step);
  assert(clock.run({ untilMs: 60_000, isOver: () => position >= geometry.length }), "not played after a minute");
  assert(stalledMs < 1_000, "stalled though the links are fast enough");
});
