import assert from "node:assert/strict";
import { lowerBoundMs } from "./lower_bound.ts";
import { sampleInfo } from "./sample_torrent.ts";
import type { LinkSpeed } from "./simulated_network.ts";
import { Simulation } from "./simulation.ts";

const SEED = 31_337;
const MEGABYTE = 1_000_000;

/** Megabytes a second. */
function link(upload: number, download = 50): LinkSpeed {
  return { uploadBytesPerSecond: upload * MEGABYTE, downloadBytesPerSecond: download * MEGABYTE, delayMs: 5 };
}

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

Deno.test(`a liar in a crowd is found out by all, and no honest peer is (seed ${SEED})`, () => {
  const info = sampleInfo({ length: 16 * MEGABYTE, pieceLength: 131_072 });
  const simulation = new Simulation({ info, seed: SEED });
  simulation.add({ speed: link(1), isSeeder: true });
  // The fastest of all, so that everybody likes to ask it.
  const liar = simulation.add({ speed: link(4), isSeeder: true, liarChance: 0.05 });
  const leechers = Array.from({ length: 20 }, () => simulation.add({ speed: link(0.5) }));
  const honest = leechers.map(({ place }) => place.speed);
  const boundMs = lowerBoundMs(info.geometry.length, { seeder: link(1), leechers: honest });
  assert(simulation.runToCompletion({ withinMs: 10 * boundMs }), "not complete after ten times the bound");
  const lastMs = Math.max(...leechers.map(({ completedAtMs }) => completedAtMs ?? Infinity));
  const bannedBy = leechers.filter(({ banned }) => banned.length > 0).length;
  const received = leechers.reduce((sum, { receivedBytes }) => sum + receivedBytes, 0) / 20 / info.geometry.length;
  console.log(
    `complete after ${(lastMs / boundMs).toFixed(2)} x the bound without the liar, whom ${bannedBy} of 20 banned; ` +
      `${received.toFixed(2)} copies received each`,
  );
  for (const { banned } of leechers) {
    for (const name of banned) assert(name.startsWith(`${liar.endpoint.host}:`), `an honest peer was banned: ${name}`);
  }
  assert(bannedBy > 10, "most do not notice");
  assert(lastMs < 1.5 * boundMs, "the lies held the swarm");
  assert(received < 1.3, "the lies cost too much");
});
