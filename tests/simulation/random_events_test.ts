import { peerId } from "../../shared/ids.ts";
import { SwarmMachine } from "../../peer/swarm/machine.ts";
import { defaultSwarmSettings } from "../../peer/swarm/settings.ts";
import { InvariantWatch } from "./invariants.ts";
import { RandomEvents } from "./random_events.ts";
import { sampleInfo } from "./sample_torrent.ts";
import { seededRandom } from "./seeded_random.ts";

/** Events in all; 1,000,000 are a matter of a minute or two. */
const EVENT_COUNT = 40_000;

/** Events of one machine: so many that it sees completion, starts anew often enough to see beginnings too. */
const EVENTS_PER_MACHINE = 4_000;

const FIRST_SEED = 7_001;

function runMachine(seed: number): void {
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
  for (let count = 0; count < EVENTS_PER_MACHINE; count++) {
    const event = events.next();
    watch.demand(events.demandedPieces);
    const effects = machine.handle(event, events.nowMs);
    watch.after(event, effects, true);
    events.answered(event, effects);
  }
}

for (let seed = FIRST_SEED; seed < FIRST_SEED + EVENT_COUNT / EVENTS_PER_MACHINE; seed++) {
  Deno.test(`${EVENTS_PER_MACHINE} random legal and illegal events break no rule (seed ${seed})`, () =>
    runMachine(seed));
}
