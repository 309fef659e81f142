import { peerId } from "../../shared/ids.ts";
import { SwarmMachine } from "../../peer/swarm/machine.ts";
import { defaultSwarmSettings, type SwarmSettings } from "../../peer/swarm/settings.ts";
import type { Info } from "../../shared/metainfo.ts";
import type { SwarmFootprint } from "../../peer/swarm/footprint.ts";
import { must } from "./must.ts";
import { InvariantWatch } from "./invariants.ts";
import { RandomEvents } from "./random_events.ts";
import { sampleInfo } from "./sample_torrent.ts";
import { seededRandom } from "./seeded_random.ts";
import { traceStep } from "./trace.ts";

/** Events in all, ten seconds' worth: `PLAYSWARM_FUZZ_RUNS` makes it others, `PLAYSWARM_FUZZ_SEED` chooses others. */
const EVENT_COUNT = Number(Deno.env.get("PLAYSWARM_FUZZ_RUNS") ?? 1_000_000);
const FIRST_SEED = Number(Deno.env.get("PLAYSWARM_FUZZ_SEED") ?? 7_001);

/** Events of one machine: so many that it sees completion, starts anew often enough to see beginnings too. */
const EVENTS_PER_MACHINE = 4_000;

/** One machine lives for a fifth of all events: what grows with time shows. */
const LONG_LIFE_SHARE = 0.2;

/** Between two looks at how much the machine remembers. */
const LOOK_EVERY = 100;

function runMachine(seed: number, eventCount: number): void {
  const random = seededRandom(seed);
  // Few pieces of four blocks, the last one short, so that everything meets.
  const info = sampleInfo({
    length: 39 * 65_536 + 20_000,
    pieceLength: 65_536,
    ...(seed % 2 === 0 ? { piecesRoot: new Uint8Array(32) } : {}),
  });
  const settings = { ...defaultSwarmSettings, maxPeers: 8, maxHalfOpen: 3, uploadSlots: 3, maxCandidates: 30 };
  const ownPeerId = peerId(new Uint8Array(20).fill(200));
  const machine = new SwarmMachine({ random, settings, ownPeerId });
  const watch = new InvariantWatch(machine, settings);
  const events = new RandomEvents({ info, random, ownPeerId });
  for (let count = 0; count < eventCount; count++) {
    const event = events.next();
    watch.demand(events.demandedPieces);
    const effects = machine.handle(event, events.nowMs);
    traceStep({ nowMs: events.nowMs, name: `seed ${seed}`, event, effects });
    watch.after(event, effects, true);
    events.answered(event, effects);
    if (count % LOOK_EVERY === 0) checkFootprint(machine.footprint(), { info, settings });
  }
}

/** Whatever happened, no list is longer than the torrent, the settings and the constants of the rooms allow. */
function checkFootprint(
  footprint: SwarmFootprint,
  { info, settings }: { readonly info: Info; readonly settings: SwarmSettings },
): void {
  const { pieceCount } = info.geometry;
  const blockCount = 4 * pieceCount;
  const { maxPeers } = settings;
  const limits: Readonly<Record<keyof SwarmFootprint, number>> = {
    peers: maxPeers,
    candidates: settings.maxCandidates,
    bans: 3 * 1_000 + 64 + maxPeers,
    requests: maxPeers * blockCount,
    cancelled: maxPeers * blockCount,
    // Requests of others may be shorter than a block, and overlap.
    uploads: maxPeers * 2_000,
    talk: maxPeers * (4_096 + 64 + 64),
    pieces: 4 * pieceCount,
    hashes: 3 * pieceCount + pieceCount * maxPeers,
    spreading: 3 * pieceCount,
  };
  for (const [name, limit] of Object.entries(limits)) {
    const count = Object.entries(footprint).find(([key]) => key === name)?.[1] ?? NaN;
    must(count <= limit, () => `${count} ${name} are remembered, over the limit of ${limit}`);
  }
}

Deno.test(`${EVENT_COUNT} random legal and illegal events break no rule, nothing grows (seeds from ${FIRST_SEED})`, () => {
  const longLife = Math.round(EVENT_COUNT * LONG_LIFE_SHARE);
  runSeed(FIRST_SEED, longLife);
  for (let count = longLife, seed = FIRST_SEED + 1; count < EVENT_COUNT; count += EVENTS_PER_MACHINE, seed++) {
    runSeed(seed, EVENTS_PER_MACHINE);
  }
});

function runSeed(seed: number, eventCount: number): void {
  try {
    runMachine(seed, eventCount);
  } catch (error) {
    throw new Error(`${eventCount} random events of seed ${seed} broke a rule`, { cause: error });
  }
}
