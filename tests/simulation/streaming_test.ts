import assert from "node:assert/strict";
import { sampleInfo } from "./sample_torrent.ts";
import type { LinkSpeed } from "./simulated_network.ts";
import type { SimulatedPeer } from "./simulated_peer.ts";
import { SimulatedPlayer } from "./simulated_player.ts";
import { Simulation } from "./simulation.ts";

const SEED = 4_711;
const KILOBYTE = 1_000;

function link(upload: number): LinkSpeed {
  return { uploadBytesPerSecond: upload * KILOBYTE, downloadBytesPerSecond: 2_000 * KILOBYTE, delayMs: 10 };
}

Deno.test(`streaming under churn: no stall where a tenth more than the rate is there (seed ${SEED})`, () => {
  const info = sampleInfo({ length: 40_000 * KILOBYTE, pieceLength: 262_144 });
  const simulation = new Simulation({ info, seed: SEED });
  const { clock } = simulation;
  // The one that stays and two of those that come and go give 500 kB/s at all times: 1.1 times the rate.
  const marginOverRate = 1.1;
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
  console.log(
    `started after ${player.startedAtMs} ms, stalled for ${player.stalledMs} ms of ${Math.round(playtimeMs)} ms`,
  );
  assert((player.startedAtMs ?? Infinity) < 2_000 / marginOverRate + 2_000, "started late");
  assert.equal(player.stalledMs, 0);
});

Deno.test(`a player at nine tenths of the links' rate does not stall (seed ${SEED})`, () => {
  const info = sampleInfo({ length: 24_000 * KILOBYTE, pieceLength: 262_144 });
  const simulation = new Simulation({ info, seed: SEED });
  for (const upload of [400, 400, 150, 50]) simulation.add({ speed: link(upload), isSeeder: true });
  const leecher = simulation.add({ speed: link(1_000) });
  const { clock } = simulation;
  const { geometry } = info;
  const rateBytesPerSecond = 900 * KILOBYTE;
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
      leecher.demand([{ id: 1, start: position, end: position + 8_000 * KILOBYTE, rateBytesPerSecond }]);
    }
    clock.after(100, step);
  };
  clock.after(300, step);
  assert(clock.run({ untilMs: 60_000, isOver: () => position >= geometry.length }), "not played after a minute");
  assert(stalledMs < 1_000, "stalled though the links are fast enough");
});

Deno.test(`a player that seeks gets its piece ahead of everything else (seed ${SEED})`, () => {
  const info = sampleInfo({ length: 40_000 * KILOBYTE, pieceLength: 524_288 });
  const simulation = new Simulation({ info, seed: SEED });
  simulation.add({ speed: link(500), isSeeder: true });
  simulation.add({ speed: link(500), isSeeder: true });
  const leecher = simulation.add({ speed: link(1_000) });
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
    leecher.demand([{ id: 1, start, end: start + 8_000 * KILOBYTE, rateBytesPerSecond: 400_000 }]);
    const tookMs = waitFor(piece);
    assert(tookMs < 524 + 1_000, "a seek waited behind other requests");
    clock.run({ untilMs: clock.nowMs + 2_000 });
  }
});

Deno.test(`ten who open the same film give it to each other (seed ${SEED})`, () => {
  const info = sampleInfo({ length: 20_000 * KILOBYTE, pieceLength: 131_072 });
  const simulation = new Simulation({ info, seed: SEED });
  const { clock } = simulation;
  // The seeder alone could give it to two of them; all uplinks together have half as much again as all of them need.
  const rateBytesPerSecond = (400 + 10 * 250) * KILOBYTE / 10 / 1.5;
  const seeder = simulation.add({ speed: link(400), isSeeder: true });
  const players: SimulatedPlayer[] = [];
  const come = () => {
    const viewer = simulation.add({ speed: link(250) });
    players.push(new SimulatedPlayer(viewer, { info, clock, rateBytesPerSecond, bufferMs: 2_000 }));
    if (players.length < 10) clock.after(1_000, come);
  };
  come();
  const playtimeMs = info.geometry.length / rateBytesPerSecond * 1000;
  const isOver = () => players.length === 10 && players.every((player) => player.isOver);
  assert(clock.run({ untilMs: 3 * playtimeMs, isOver }), "not played after three times its length");
  const waits = players.map(({ startedAtMs = 0, stalledMs }, index) => startedAtMs - index * 1_000 + stalledMs);
  console.log(
    `waited for ${waits.map((waitedMs) => (waitedMs / 1000).toFixed(1)).join(", ")} s of ` +
      `${(playtimeMs / 1000).toFixed(1)} s; the seeder sent ${
        (seeder.place.sentBytes / info.geometry.length).toFixed(2)
      } copies`,
  );
  assert(Math.max(...waits) < 0.3 * playtimeMs, "they stand in each other's way");
});
