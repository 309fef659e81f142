import assert from "node:assert/strict";
import { type InfoHash, infoHash } from "../shared/ids.ts";
import { CommunityError } from "./community_answer.ts";
import { type Publication, Publisher } from "./publisher.ts";

interface Attempt {
  readonly infoHash: InfoHash;
  readonly signal: AbortSignal | undefined;
  readonly succeed: () => void;
  readonly fail: (error: Error) => void;
}

/** A tracker that answers when the test says so. */
class Desk {
  readonly attempts: Attempt[] = [];
  #arrived = Promise.withResolvers<void>();

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
  const hash = infoHash(new Uint8Array(20).fill(number));
  return { infoHash: hash, kind: "video", metainfo: () => new Uint8Array([number]) };
}

Deno.test("a few at a time, each once", async () => {
  const desk = new Desk();
  await using publisher = new Publisher(desk);
  for (let number = 0; number < 6; number++) publisher.add(publication(number));
  assert.equal(desk.attempts.length, 4);
  for (let count = 1; count <= 6; count++) (await desk.attempt(count)).succeed();
  assert.equal(new Set(desk.attempts.map((attempt) => attempt.infoHash)).size, 6);
});

Deno.test("a tracker that is away is tried again", async () => {
  const desk = new Desk();
  await using publisher = new Publisher(desk, { retryMs: 1 });
  publisher.add(publication(1));
  (await desk.attempt(1)).fail(new CommunityError("Nobody answers"));
  (await desk.attempt(2)).fail(new CommunityError("Nobody answers"));
  (await desk.attempt(3)).succeed();
});

Deno.test("a tracker that refuses a torrent is not asked again, until it is restarted", async () => {
  const desk = new Desk();
  await using publisher = new Publisher(desk, { retryMs: 1 });
  publisher.add(publication(1));
  (await desk.attempt(1)).fail(new CommunityError("No", { isFinal: true }));
  publisher.add(publication(2));
  const second = await desk.attempt(2);
  assert.equal(second.infoHash, publication(2).infoHash);
  second.succeed();
  publisher.publishAll();
  (await desk.attempt(4)).succeed();
  (await desk.attempt(3)).succeed();
  assert.deepEqual(desk.attempts.map((attempt) => attempt.infoHash), [1, 2, 1, 2].map((n) => publication(n).infoHash));
});

Deno.test("what was removed is not tried again", async () => {
  const desk = new Desk();
  await using publisher = new Publisher(desk, { retryMs: 1 });
  publisher.add(publication(1));
  const first = await desk.attempt(1);
  publisher.remove(publication(1).infoHash);
  first.fail(new CommunityError("Nobody answers"));
  publisher.add(publication(2));
  (await desk.attempt(2)).succeed();
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
  assert.equal(desk.attempts.length, 1);
});

Deno.test("a torrent is sent again when its length becomes known, and only then", async () => {
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
  publisher.refresh(publication(2).infoHash);
  assert.equal(desk.attempts.length, 2);
});
