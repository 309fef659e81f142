/**
 * What a million clients in a hundred thousand swarms take in memory, and how long the longest part of a sweep takes when
 * everybody has gone at once. Run as a process of its own; prints what it saw as JSON.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { AnnounceAnswer } from "../../../tracker/announce_answer.ts";
import { AnnounceRecord } from "../../../tracker/announce_record.ts";
import { MAPPED_WORD } from "../../../tracker/address_words.ts";
import { Catalogue } from "../../../tracker/catalogue.ts";
import { Gatekeeper, OPEN_LISTS } from "../../../tracker/gatekeeper.ts";
import { MeetingPoint } from "../../../tracker/meeting_point.ts";
import { MetadataFetcher } from "../../../tracker/metadata_fetch.ts";
import { createPeerId } from "../../../shared/ids.ts";
import { sweepPart } from "../../../tracker/sweep_timer.ts";
import { Swarms } from "../../../tracker/swarms.ts";

/** How much to fill in. */
export interface SwarmStateOptions {
  readonly swarmCount: number;
  readonly peersPerSwarm: number;
  /** All of one program at one endpoint, which are chained to each other: the worst that may have to be taken out. */
  readonly isOneEndpoint: boolean;
}

/** What it took. */
export interface SwarmStateResult {
  /** Resident memory, the garbage collector's room left out. */
  readonly bytesPerPeer: number;
  readonly sweepPartCount: number;
  readonly worstSweepPartMs: number;
}

/** Longer than any lease. */
const GONE_AFTER_MS = 24 * 60 * 60_000;

/** The share of the swarms that is filled in before memory is measured, so that only what comes with peers is. */
const WARM_SHARE = 0.1;

class SwarmState {
  readonly #options: SwarmStateOptions;
  readonly #record = new AnnounceRecord();
  readonly #answer = new AnnounceAnswer();
  readonly #swarms = new Swarms({ intervalSeconds: 1800, random: Math.random });
  readonly #meeting: MeetingPoint;
  #nowMs = 1000;

  constructor(options: SwarmStateOptions) {
    this.#options = options;
    const now = () => this.#nowMs;
    this.#meeting = new MeetingPoint({
      gate: new Gatekeeper({ lists: OPEN_LISTS, requestsPerSecond: 0 }),
      reach: { want: () => {} },
      swarms: this.#swarms,
      catalogue: Catalogue.open(":memory:"),
      metadata: new MetadataFetcher({
        peerId: createPeerId(randomBytes(12)),
        now,
        candidates: () => [],
        onFound: () => {},
      }),
      now,
      date: Date.now,
      onChange: () => {},
    });
  }

  run(): SwarmStateResult {
    const { swarmCount, peersPerSwarm } = this.#options;
    const warmCount = Math.floor(swarmCount * WARM_SHARE);
    this.#fill(0, warmCount);
    const before = settledMemory();
    this.#fill(warmCount, swarmCount);
    const bytesPerPeer = (settledMemory() - before) / ((swarmCount - warmCount) * peersPerSwarm);
    this.#nowMs += GONE_AFTER_MS;
    let [sweepPartCount, worstSweepPartMs] = [0, 0];
    while (this.#swarms.totals.membershipCount > 0) {
      const begunMs = performance.now();
      sweepPart(this.#meeting);
      worstSweepPartMs = Math.max(worstSweepPartMs, performance.now() - begunMs);
      sweepPartCount++;
    }
    return { bytesPerPeer, sweepPartCount, worstSweepPartMs };
  }

  /** The swarms grow together, as they do. */
  #fill(from: number, to: number): void {
    for (let peer = 0; peer < this.#options.peersPerSwarm; peer++) {
      for (let swarm = from; swarm < to; swarm++) {
        this.#describe(swarm, peer);
        this.#meeting.announceRecord(this.#record, this.#answer);
        const { refusal } = this.#answer;
        if (refusal !== undefined) throw new Error(`Cannot fill the swarms: ${refusal.reason}`);
      }
    }
  }

  /** A client of its own, of another's making. */
  #describe(swarm: number, peer: number): void {
    const { swarmCount, isOneEndpoint } = this.#options;
    const record = this.#record;
    const number = peer * swarmCount + swarm;
    record.infoHash.set([swarm, Math.imul(swarm, 7), Math.imul(swarm, 13), 1, 2]);
    record.peerId.set([0x2d54_5234, 0x3035_302d, number, 0, number]);
    record.source.set([0, 0, MAPPED_WORD, 0x0b00_0000 + (isOneEndpoint ? 0 : number)]);
    record.nowMs = this.#nowMs;
    record.family = 4;
    record.port = 1024 + (isOneEndpoint ? 0 : number % 60_000);
    record.left = peer % 4 === 0 ? 0 : 1_000_000;
    record.event = "started";
  }
}

/** Resident memory; of the heap only what is used, as how much room the collector likes does not depend on peers. */
function settledMemory(): number {
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) throw new Error("Cannot measure memory: --v8-flags=--expose-gc is missing");
  gc();
  const { rss, heapTotal, heapUsed } = Deno.memoryUsage();
  return rss - heapTotal + heapUsed;
}

if (import.meta.main) {
  const options: SwarmStateOptions = JSON.parse(Deno.args[0] ?? "{}");
  console.log(JSON.stringify(new SwarmState(options).run()));
  // What the state would still ask for has no meaning here.
  Deno.exit();
}
