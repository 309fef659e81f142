import assert from "node:assert/strict";
import { type InfoHash, infoHash } from "../shared/ids.ts";
import type { TorrentOffer } from "../shared/torrent_offer.ts";
import { CommunityError } from "./community_answer.ts";
import { ManualClock } from "./net/manual_clock.ts";
import { type Publication, Publisher } from "./publisher.ts";

interface Attempt {
  readonly infoHash: InfoHash;
  readonly signal: AbortSignal | undefined;
  readonly succeed: () => void;
  readonly fail: (error: Error) => void;
}

/** A tracker that answers when the test says so, and wants everything unless told otherwise. */
class Desk {
  readonly attempts: Attempt[] = [];
  readonly offers: (readonly TorrentOffer[])[] = [];
  isWanted: (offer: TorrentOffer) => boolean = () => true;
  #arrived = Promise.withResolvers<void>();

  async wanted(offers: readonly TorrentOffer[]): Promise<ReadonlySet<InfoHash>> {
    this.offers.push(offers);
    await turn();
    return new Set(offers.filter((offer) => this.isWanted(offer)).map(({ infoHash }) => infoHash));
  }

  publish(
    _metainfo: Uint8Array,
    options: { readonly infoHash: InfoHash; readonly signal?: AbortSignal },
  ): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.attempts.push({ infoHash: options.infoHash, signal: options.signal, succeed: resolve, fail: reject });
    this.#arrived.resolve();
    return promise;
  }

  /** Waits until this many have been made in all; gives the last of them. */
  async attempt(count: number): Promise<Attempt> {
    while (this.attempts.length < count) {
      this.#arrived = Promise.withResolvers();
      await this.#arrived.promise;
    }
    const attempt = this.attempts[count - 1];
    assert.ok(attempt !== undefined);
    return attempt;
  }
}

function publication(number: number): Publication {
  const bytes = new Uint8Array(20);
  new DataView(bytes.buffer).setUint32(0, number);
  return { infoHash: infoHash(bytes), kind: "video", metainfo: () => Uint8Array.of(1) };
}

/** Until all promises that can settle have settled. */
async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** Lets what waits for the retry begin. */
async function retry(clock: ManualClock): Promise<void> {
  await turn();
  clock.advance(3_000);
  await turn();
}

Deno.test("a few at a time, each once", async () => {
  const desk = new Desk();
  await using publisher = new Publisher(desk);
  for (let number = 0; number < 6; number++) publisher.add(publication(number));
  await desk.attempt(4);
  await turn();
  assert.equal(desk.attempts.length, 4);
  for (let count = 1; count <= 6; count++) (await desk.attempt(count)).succeed();
  assert.equal(new Set(desk.attempts.map((attempt) => attempt.infoHash)).size, 6);
});

Deno.test("what the tracker has is not sent; it is asked for hundreds at a time", async () => {
  const desk = new Desk();
  const { infoHash: lacking } = publication(777);
  desk.isWanted = ({ infoHash }) => infoHash === lacking;
  await using publisher = new Publisher(desk);
  for (let number = 0; number < 1_200; number++) publisher.add(publication(number));
  const attempt = await desk.attempt(1);
  assert.equal(attempt.infoHash, lacking);
  attempt.succeed();
  publisher.publishAll();
  (await desk.attempt(2)).succeed();
  assert.equal(desk.attempts.length, 2);
  // The first was asked for when it came, the others while that was under way.
  assert.deepEqual(desk.offers.map(({ length }) => length).slice(0, 4), [1, 500, 500, 199]);
});

Deno.test("a tracker that does not take offers gets everything", async () => {
  const desk = new Desk();
  desk.isWanted = () => {
    throw new CommunityError("Cannot offer torrents: the tracker answered 405", { isFinal: true });
  };
  await using publisher = new Publisher(desk);
  publisher.add(publication(1));
  (await desk.attempt(1)).succeed();
});

Deno.test("no more than 500 are sent in a second", async () => {
  const desk = new Desk();
  const clock = new ManualClock();
  await using publisher = new Publisher(desk, { clock });
  for (let number = 0; number < 550; number++) publisher.add(publication(number));
  for (let count = 1; count <= 500; count++) (await desk.attempt(count)).succeed();
  await turn();
  assert.equal(desk.attempts.length, 500);
  clock.advance(999);
  await turn();
  assert.equal(desk.attempts.length, 500);
  clock.advance(1);
  for (let count = 501; count <= 550; count++) (await desk.attempt(count)).succeed();
});

Deno.test("a tracker that is away is tried again, whether it was asked or sent something", async () => {
  const desk = new Desk();
  const clock = new ManualClock();
  await using publisher = new Publisher(desk, { clock });
  desk.isWanted = () => {
    throw new CommunityError("Nobody answers");
  };
  publisher.add(publication(1));
  await retry(clock);
  desk.isWanted = () => true;
  await retry(clock);
  (await desk.attempt(1)).fail(new CommunityError("Nobody answers"));
  await retry(clock);
  (await desk.attempt(2)).succeed();
  assert.equal(desk.offers.length, 3);
});

Deno.test("a tracker that refuses a torrent is not asked again, until it is restarted", async () => {
  const desk = new Desk();
  await using publisher = new Publisher(desk);
  publisher.add(publication(1));
  (await desk.attempt(1)).fail(new CommunityError("No", { isFinal: true }));
  publisher.add(publication(2));
  const second = await desk.attempt(2);
  assert.equal(second.infoHash, publication(2).infoHash);
  second.succeed();
  await turn();
  publisher.publishAll();
  (await desk.attempt(4)).succeed();
  (await desk.attempt(3)).succeed();
  assert.deepEqual(desk.attempts.map((attempt) => attempt.infoHash), [1, 2, 1, 2].map((n) => publication(n).infoHash));
});

Deno.test("what was removed is not tried again", async () => {
  const desk = new Desk();
  const clock = new ManualClock();
  await using publisher = new Publisher(desk, { clock });
  publisher.add(publication(1));
  const first = await desk.attempt(1);
  publisher.remove(publication(1).infoHash);
  first.fail(new CommunityError("Nobody answers"));
  await retry(clock);
  publisher.add(publication(2));
  (await desk.attempt(2)).succeed();
  await turn();
  publisher.publishAll();
  assert.equal((await desk.attempt(3)).infoHash, publication(2).infoHash);
  desk.attempts[2]?.succeed();
});

Deno.test("the end aborts what is under way and waits for it", async () => {
  const desk = new Desk();
  const publisher = new Publisher(desk);
  publisher.add(publication(1));
  const attempt = await desk.attempt(1);
  attempt.signal?.addEventListener("abort", () => attempt.fail(new CommunityError("aborted")));
  await publisher[Symbol.asyncDispose]();
  publisher.add(publication(2));
  await turn();
  assert.equal(desk.attempts.length, 1);
  assert.equal(desk.offers.length, 1);
});

Deno.test("a torrent is offered again when its length becomes known, and only then", async () => {
  const desk = new Desk();
  await using publisher = new Publisher(desk);
  const media: { durationSeconds?: number } = {};
  const { infoHash } = publication(1);
  publisher.add({ ...publication(1), durationSeconds: () => media.durationSeconds });
  (await desk.attempt(1)).succeed();
  publisher.refresh(infoHash);
  media.durationSeconds = 8;
  publisher.refresh(infoHash);
  (await desk.attempt(2)).succeed();
  publisher.refresh(infoHash);
  media.durationSeconds = 9;
  desk.isWanted = () => false;
  publisher.refresh(infoHash);
  await turn();
  await turn();
  publisher.refresh(infoHash);
  publisher.refresh(publication(2).infoHash);
  assert.equal(desk.attempts.length, 2);
  assert.deepEqual(desk.offers.map(([offer]) => offer?.durationSeconds), [undefined, 8, 9]);
});
