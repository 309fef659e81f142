import assert from "node:assert/strict";
import { sampleInfo } from "./sample_torrent.ts";
import type { LinkSpeed } from "./simulated_network.ts";
import { Simulation } from "./simulation.ts";

const SEED = 20_260_302;
const MEGABYTE = 1_000_000;
const LEECHER_COUNT = 6;

const link = (upload: number, download = upload): LinkSpeed => ({
  uploadBytesPerSecond: upload * MEGABYTE,
  downloadBytesPerSecond: download * MEGABYTE,
  delayMs: 5,
});

/** An origin, seeders, and leechers who all come at once. */
function run(
  options: { readonly isYielding: boolean; readonly seeders: readonly LinkSpeed[]; readonly leecher: LinkSpeed },
) {
  const info = sampleInfo({ length: 512 * 262_144, pieceLength: 262_144 });
  const simulation = new Simulation({ info, seed: SEED });
  const settings = { yieldsToPeers: options.isYielding };
  const origin = simulation.add({ speed: link(25), isSeeder: true, settings });
  for (const speed of options.seeders) simulation.add({ speed, isSeeder: true });
  const leechers = Array.from({ length: LEECHER_COUNT }, () => simulation.add({ speed: options.leecher }));
  assert(simulation.runToCompletion({ withinMs: 20 * 60_000 }), "not complete");
  return {
    givenCopies: origin.place.sentBytes / info.geometry.length,
    lastMs: Math.max(...leechers.map(({ completedAtMs }) => completedAtMs ?? Infinity)),
  };
}

function compare(options: Omit<Parameters<typeof run>[0], "isYielding">) {
  const yielding = run({ ...options, isYielding: true });
  const eager = run({ ...options, isYielding: false });
  const tell = ({ givenCopies, lastMs }: typeof eager) =>
    `${givenCopies.toFixed(2)} copies in ${(lastMs / 1000).toFixed(1)} s`;
  console.log(`the origin gave ${tell(yielding)}; one that does not yield ${tell(eager)}`);
  return { yielding, eager };
}

Deno.test(`an origin leaves to seeders whom they can serve in time (seed ${SEED})`, () => {
  const { yielding, eager } = compare({ seeders: [link(15), link(15), link(15)], leecher: link(2, 6) });
  assert(yielding.givenCopies < eager.givenCopies / 2, "it gave more than half of what it would have");
});

Deno.test(`an origin serves those whom others leave short (seed ${SEED})`, () => {
  const { yielding, eager } = compare({ seeders: [link(0.2), link(0.2)], leecher: link(0.2, 6) });
  assert(yielding.lastMs < 1.1 * eager.lastMs, "somebody had to wait for it");
});

Deno.test(`a new file spreads as fast from an origin that yields (seed ${SEED})`, () => {
  const { yielding, eager } = compare({ seeders: [], leecher: link(10, 10) });
  assert(yielding.lastMs < 1.3 * eager.lastMs, "the new file spread slowly");
  assert(yielding.givenCopies <= 1.05 * eager.givenCopies);
});
