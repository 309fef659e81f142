import { peerId } from "../../shared/ids.ts";
import { SwarmMachine } from "../../peer/swarm/machine.ts";
import { defaultSwarmSettings } from "../../peer/swarm/settings.ts";
import { InvariantWatch } from "./invariants.ts";
import { RandomEvents } from "./random_events.ts";
import { sampleInfo } from "./sample_torrent.ts";
import { seededRandom } from "./seeded_random.ts";

/** Events in all: `PLAYSWARM_FUZZ_RUNS` raises them (a million take half a minute), `PLAYSWARM_FUZZ_SEED` chooses others. */
const EVENT_COUNT = Number(Deno.env.get("PLAYSWARM_FUZZ_RUNS") ?? 40_000);
const FIRST_SEED = Number(Deno.env.get("PLAYSWARM_FUZZ_SEED") ?? 7_001);

/** Events of one machine: so many that it sees completion, starts anew often enough to see beginnings too. */
const EVENTS_PER_MACHINE = 4_000;

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

Deno.test(`${EVENT_COUNT} random legal and illegal events break no rule (seeds from ${FIRST_SEED})`, () => {
  for (let count = 0; count < EVENT_COUNT; count += EVENTS_PER_MACHINE) {
    const seed = FIRST_SEED + count / EVENTS_PER_MACHINE;
    try {
      runMachine(seed);
    } catch (error) {
      throw new Error(`Random events of seed ${seed} broke a rule`, { cause: error });
    }
  }
});
