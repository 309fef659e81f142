import assert from "node:assert/strict";
import { sampleInfo } from "./sample_torrent.ts";
import { Simulation } from "./simulation.ts";

const SEED = 20_240_601;
const MEGABYTE = 1_000_000;

function home(megabytesPerSecond: number) {
  return {
    uploadBytesPerSecond: megabytesPerSecond * MEGABYTE,
    downloadBytesPerSecond: 4 * megabytesPerSecond * MEGABYTE,
    delayMs: 5,
  };
}

Deno.test(`ten peers, one of them a seeder, complete (seed ${SEED})`, () => {
  const info = sampleInfo({ length: 20 * MEGABYTE, pieceLength: 262_144 });
  const simulation = new Simulation({ info, seed: SEED });
  const seeder = simulation.add({ speed: home(2), isSeeder: true });
  for (let count = 1; count < 10; count++) simulation.add({ speed: home(2) });
  assert(simulation.runToCompletion({ withinMs: 120_000 }), "not complete after two minutes");
  const lastMs = Math.max(...simulation.peers.map((peer) => peer.completedAtMs ?? Infinity));
  const sentOnce = seeder.place.sentBytes / info.geometry.length;
  const wasted = simulation.peers.slice(1).reduce((sum, peer) => sum + peer.receivedBytes, 0) / 9 /
    info.geometry.length;
  console.log(
    `complete after ${(lastMs / 1000).toFixed(1)} s (bound 10 s), seeder sent ${sentOnce.toFixed(2)} copies, ` +
      `received ${wasted.toFixed(3)} copies each`,
  );
  assert(sentOnce < 4, "the leechers hardly traded");
  assert(wasted < 1.05, "more than 5 % came twice");
});
