import assert from "node:assert/strict";
import type { Block } from "../../shared/geometry.ts";
import { connectPair, handlerOf, someHandshake } from "./connected_pair.ts";
import { PeerConnection } from "./connection.ts";
import { ManualClock } from "./manual_clock.ts";
import { RateLimiter } from "./rate_limiter.ts";

const endpoint = { host: "127.0.0.1", port: 1 };

function blocksOf(count: number): Block[] {
  return Array.from({ length: count }, (_, index) => ({
    piece: index >> 5,
    begin: (index & 31) * 16_384,
    length: 16_384,
  }));
}

Deno.test("silence is answered with keep-alives, and too much of it with the end", async () => {
  const clock = new ManualClock();
  using pair = await connectPair({ near: { clock }, far: { clock: new ManualClock() } });
  const kept = Promise.withResolvers<void>();
  const near = pair.near.run(handlerOf());
  const far = pair.far.run(handlerOf({ onMessage: (message) => message.type === "keep-alive" && kept.resolve() }));
  clock.advance(99_000);
  clock.advance(2000);
  await kept.promise;
  clock.advance(50_000);
  assert.match(await near, /^timeout: /);
  assert.equal(await far, "closed by the remote");
  assert.equal(clock.timerCount, 0);
});

Deno.test("a remote that is heard is not idle", async () => {
  const clock = new ManualClock();
  using pair = await connectPair({ near: { clock }, far: { clock: new ManualClock() } });
  let heard = Promise.withResolvers<void>();
  const near = pair.near.run(handlerOf({
    afterRead: () => {
      heard.resolve();
      return undefined;
    },
  }));
  const far = pair.far.run(handlerOf());
  for (let round = 0; round < 5; round++) {
    heard = Promise.withResolvers();
    pair.far.send({ type: "keep-alive" });
    await heard.promise;
    clock.advance(100_000);
    assert.equal(pair.near.isClosed, false);
  }
  pair.near.close("done");
  assert.equal(await near, "done");
  await far;
});

Deno.test("a remote that does not read is cut off, even if it writes", async () => {
  const clock = new ManualClock();
  const closed = Promise.withResolvers<never>();
  const incoming = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const writing = Promise.withResolvers<void>();
  const reads = incoming.values();
  const socket = {
    read: async (into: Uint8Array) => {
      await (reads.next().value?.promise ?? closed.promise);
      into.fill(0, 0, 4); // a keep-alive
      return 4;
    },
    write: () => {
      writing.resolve();
      return closed.promise;
    },
    close: () => closed.reject(new Deno.errors.Interrupted("closed")),
    setNoDelay: () => {},
  };
  using connection = new PeerConnection({ socket, endpoint, isOutgoing: false, handshake: someHandshake }, { clock });
  connection.queueUpload({ piece: 0, begin: 0, length: 16_384 });
  const heard = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const hearings = heard.values();
  const ended = connection.run(handlerOf({ onMessage: () => hearings.next().value?.resolve() }));
  await writing.promise;
  for (const [index, read] of incoming.entries()) {
    clock.advance(70_000);
    read.resolve();
    await heard[index]?.promise;
  }
  assert.equal(connection.isClosed, false);
  clock.advance(11_000);
  assert.match(await ended, /^timeout: nothing was read/);
  assert.equal(clock.timerCount, 0);
});

Deno.test("control frames overtake blocks that wait for the upload limit", async () => {
  const clock = new ManualClock();
  const limiter = new RateLimiter({ rateBytesPerSecond: 16_397, clock });
  using pair = await connectPair({ far: { uploadLimiter: limiter } });
  const [first, second] = blocksOf(2);
  assert.ok(first && second);
  const received: string[] = [];
  let arrived = Promise.withResolvers<void>();
  const near = pair.near.run(handlerOf({
    onMessage: (message) => {
      received.push(message.type);
      arrived.resolve();
    },
  }));
  const far = pair.far.run(handlerOf());
  const next = async (act: () => void) => {
    arrived = Promise.withResolvers();
    act();
    await arrived.promise;
  };
  await next(() => pair.far.queueUpload(first)); // the bucket stood full
  pair.far.queueUpload(second);
  await next(() => pair.far.send({ type: "choke" }));
  assert.deepEqual(received, ["piece", "choke"]);
  await next(() => clock.advance(1010));
  assert.deepEqual(received, ["piece", "choke", "piece"]);
  pair.near.close("done");
  await Promise.all([near, far]);
});

Deno.test("a grant for a block that was cancelled serves the next", async () => {
  const clock = new ManualClock();
  const limiter = new RateLimiter({ rateBytesPerSecond: 16_397, clock });
  limiter.take(20_000);
  using pair = await connectPair({ far: { uploadLimiter: limiter } });
  const [first, second] = blocksOf(2);
  assert.ok(first && second);
  pair.far.queueUpload(first);
  const far = pair.far.run(handlerOf());
  assert.equal(pair.far.cancelUpload(first), true);
  pair.far.queueUpload(second);
  const near = pair.near.run(handlerOf({
    onMessage: (message) => {
      assert.ok(message.type === "piece" && message.begin === second.begin);
      pair.near.close("done");
    },
  }));
  clock.advance(400);
  await Promise.all([near, far]);
});

Deno.test("the download limit holds what is read back", async () => {
  const clock = new ManualClock();
  const downloadLimiter = new RateLimiter({ rateBytesPerSecond: 16_384, clock });
  using pair = await connectPair({ near: { downloadLimiter, clock } });
  for (const block of blocksOf(64)) pair.far.queueUpload(block);
  const far = pair.far.run(handlerOf());
  let read = Promise.withResolvers<void>();
  const near = pair.near.run(handlerOf({
    afterRead: () => {
      read.resolve();
      return undefined;
    },
  }));
  // Reads are at most one quantum (a block), and each has to be paid for before the next.
  for (let second = 0; second < 10; second++) {
    await read.promise;
    assert.ok(pair.near.receivedBytes <= 16_384 * (second + 2), `${pair.near.receivedBytes} in second ${second}`);
    read = Promise.withResolvers();
    if (pair.near.receivedBytes < 16_384 * (second + 1)) continue;
    clock.advance(1002);
  }
  pair.near.close("done");
  await Promise.all([near, far]);
});
