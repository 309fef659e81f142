/**
 * An announcer in virtual time, for tests.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { InfoHash } from "../../shared/ids.ts";
import { seededRandom } from "../../tests/simulation/seeded_random.ts";
import type { Announce, AnnounceResponse } from "../../shared/wire/announce.ts";
import type { AnnouncedTorrent } from "./announce_group.ts";
import { Announcer, type AnnouncerOptions } from "./announcer.ts";
import { ourPeerId } from "./connected_pair.ts";
import { ManualClock } from "./manual_clock.ts";
import { infoHashOf, someResponse } from "./test_tracker.ts";
import { TrackerFailure } from "./tracker_failure.ts";
import { UdpTrackerClient } from "./udp_tracker_client.ts";

/** A question that a tracker was asked. */
export interface Asked {
  readonly url: string;
  readonly announce: Announce;
  readonly atMs: number;
}

/** What the trackers answer, or throw. */
export type Answer = (asked: Asked, signal: AbortSignal) => AnnounceResponse | Promise<AnnounceResponse>;

/** An announcer in virtual time, whose trackers are a function. */
export class AnnouncerRig implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly asked: Asked[] = [];
  readonly announcer: Announcer;
  readonly udp: UdpTrackerClient;
  mostAtOnce = 0;
  #atOnce = 0;

  /** Nothing is announced before a torrent is added. */
  constructor(answer: Answer = () => someResponse, options: Partial<AnnouncerOptions> = {}) {
    const random = seededRandom(7);
    this.udp = new UdpTrackerClient({ random });
    this.announcer = new Announcer({
      peerId: ourPeerId,
      port: 6881,
      random,
      udp: this.udp,
      clock: this.clock,
      ask: async (url, announce, { signal }) => {
        const asked = { url, announce, atMs: this.clock.now() };
        this.asked.push(asked);
        this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#atOnce);
        try {
          return await answer(asked, signal);
        } finally {
          this.#atOnce -= 1;
        }
      },
      ...options,
    });
  }

  /** Announces the torrent of this number. */
  add(number: number, torrent: Partial<AnnouncedTorrent> = {}): InfoHash {
    const infoHash = infoHashOf(number);
    this.announcer.add(infoHash, {
      trackers: [["udp://a:1/announce"]],
      state: () => ({ uploaded: 0, downloaded: 0, left: 1 }),
      onPeers: () => {},
      ...torrent,
    });
    return infoHash;
  }

  /** Lets everything happen that is due within this time. */
  async pass(ms: number): Promise<void> {
    const endMs = this.clock.now() + ms;
    await turn();
    while (this.clock.now() < endMs) {
      this.clock.advance(Math.min(endMs - this.clock.now(), 250));
      await turn();
    }
  }

  /** What was asked since the last call: `event url`. */
  take(): string[] {
    return this.asked.splice(0).map(({ url, announce }) => `${announce.event ?? "regular"} ${url}`);
  }

  /** Stops it, and sees that no timer is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    const stopped = this.announcer.stop();
    await turn();
    this.clock.advance(2000);
    await stopped;
    await this.udp[Symbol.asyncDispose]();
    assert.equal(this.clock.timerCount, 0);
  }
}

/** Until all promises that can settle have settled. */
export async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** A tracker that cannot be asked. */
export function down(url: string): never {
  throw new TrackerFailure(url, "it is down");
}
