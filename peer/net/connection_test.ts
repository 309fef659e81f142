import assert from "node:assert/strict";
import type { Block } from "../../shared/geometry.ts";
import { ProtocolError } from "../../shared/protocol_error.ts";
import { encodePeerMessage, type PeerMessage } from "../../shared/wire/peer_message.ts";
import { connectPair, connectSockets, handlerOf, someHandshake, whenClosed } from "./connected_pair.ts";
import { PeerConnection } from "./connection.ts";
import { ManualClock } from "./manual_clock.ts";
import { RateLimiter } from "./rate_limiter.ts";

const endpoint = { host: "127.0.0.1", port: 1 };

/** What the byte at a place of the torrent is: every block differs from every other. */
function fill(block: Block, into: Uint8Array): void {
  for (let offset = 0; offset < into.length; offset += 256) into[offset] = block.piece + block.begin / 16_384 + offset;
}

function blocksOf(count: number): Block[] {
  return Array.from({ length: count }, (_, index) => ({
    piece: index >> 5,
    begin: (index & 31) * 16_384,
    length: 16_384,
  }));
}

Deno.test("every message arrives as it was sent, in order, both ways at once", async () => {
  using pair = await connectPair();
  const range = { piecesRoot: new Uint8Array(32).fill(3), baseLayer: 0, index: 0, length: 2, proofLayers: 1 };
  const block = { piece: 3, begin: 16_384, length: 16_384 };
  const messages: PeerMessage[] = [
    { type: "keep-alive" },
    { type: "bitfield", bytes: new Uint8Array(100_000).fill(0xf0) },
    { type: "have-all" },
    { type: "have-none" },
    { type: "choke" },
    { type: "unchoke" },
    { type: "interested" },
    { type: "not-interested" },
    { type: "have", piece: 7 },
    { type: "request", ...block },
    { type: "cancel", ...block },
    { type: "reject-request", ...block },
    { type: "suggest-piece", piece: 1 },
    { type: "allowed-fast", piece: 2 },
    { type: "port", port: 6881 },
    { type: "extended", id: 1, payload: new Uint8Array(30_000).fill(5) },
    { type: "hash-request", ...range },
    { type: "hash-reject", ...range },
    { type: "hashes", ...range, hashes: new Uint8Array(96) },
  ];
  const collect = (own: PeerConnection) => {
    const received: PeerMessage[] = [];
    const ended = own.run(handlerOf({
      onMessage: (message) => {
        received.push(message);
        if (received.length === 3 * messages.length) own.close("all there");
      },
    }));
    return { received, ended };
  };
  for (let round = 0; round < 3; round++) for (const message of messages) pair.near.send(message);
  const near = collect(pair.near);
  const far = collect(pair.far);
  for (let round = 0; round < 3; round++) for (const message of messages) pair.far.send(message);
  await Promise.all([near.ended, far.ended]);
  const complete = [near, far].filter(({ received }) => received.length === 3 * messages.length);
  assert.ok(complete.length >= 1);
  for (const { received } of complete) assert.deepEqual(received, [...messages, ...messages, ...messages]);
});

Deno.test("blocks go from the seeder's storage to the leecher's hands, each once and whole", async () => {
  using pair = await connectPair();
  const blocks = blocksOf(2000);
  const uploaded: Block[] = [];
  const received: Block[] = [];
  const expected = new Uint8Array(16_384);
  const seeder = pair.far.run(handlerOf({
    onMessage: (message) => {
      if (message.type !== "request") return;
      pair.far.queueUpload({ piece: message.piece, begin: message.begin, length: message.length });
    },
    readBlock: (block, into) => fill(block, into.fill(0)),
    onUploaded: (block) => {
      uploaded.push(block);
      if (uploaded.length === blocks.length) pair.far.send({ type: "choke" });
    },
  }));
  pair.near.sendRequests(blocks);
  const leecher = await pair.near.run(handlerOf({
    onMessage: (message) => {
      if (message.type === "choke") return pair.near.close("done");
      if (message.type !== "piece") return;
      const block = { piece: message.piece, begin: message.begin, length: message.data.length };
      fill(block, expected.fill(0));
      assert.ok(message.data.every((byte, offset) => byte === expected[offset]));
      received.push(block);
    },
  }));
  assert.equal(leecher, "done");
  assert.equal(await seeder, "closed by the remote");
  assert.deepEqual(received, blocks);
  assert.deepEqual(uploaded, blocks);
  assert.equal(pair.near.receivedBytes, 2000 * 16_397 + 5);
  assert.equal(pair.far.sentBytes, 2000 * 16_397 + 5);
  assert.equal(pair.near.sentBytes, 2000 * 17);
});

Deno.test("a block that cannot be read is rejected, and the others go on", async () => {
  using pair = await connectPair();
  const failures: string[] = [];
  const blocks = blocksOf(20);
  for (const block of blocks) pair.far.queueUpload(block);
  const seeder = pair.far.run(handlerOf({
    readBlock: (block) => {
      if (block.begin === 3 * 16_384) throw new Error("the disk is gone");
    },
    onUploadFailed: (block, error) => failures.push(`${block.begin} ${error.message}`),
  }));
  const received: number[] = [];
  const rejected: number[] = [];
  await pair.near.run(handlerOf({
    onMessage: (message) => {
      if (message.type === "piece") received.push(message.begin);
      if (message.type === "reject-request") rejected.push(message.begin);
      if (received.length + rejected.length === blocks.length) pair.near.close("done");
    },
  }));
  await seeder;
  assert.deepEqual(rejected, [3 * 16_384]);
  assert.equal(received.length, 19);
  assert.deepEqual(failures, [`${3 * 16_384} the disk is gone`]);
});

Deno.test("a remote that knows no rejections is disconnected instead", async () => {
  using pair = await connectPair({ supportsFast: false });
  pair.far.queueUpload({ piece: 0, begin: 0, length: 16_384 });
  const [reason] = await Promise.all([
    pair.far.run(handlerOf({
      readBlock: () => {
        throw new Error("the disk is gone");
      },
    })),
    pair.near.run(handlerOf()),
  ]);
  assert.equal(reason, "cannot read a block: the disk is gone");
});

Deno.test("a cancelled block is not sent, one on its way is not taken back", async () => {
  using pair = await connectPair();
  const [first, second, third] = blocksOf(3);
  assert.ok(first && second && third);
  for (const block of [first, second, third]) pair.far.queueUpload(block);
  assert.equal(pair.far.cancelUpload(second), true);
  assert.equal(pair.far.cancelUpload(second), false);
  assert.equal(pair.far.queuedUploadCount, 2);
  const seeder = pair.far.run(handlerOf({
    onUploaded: (block) => assert.equal(pair.far.cancelUpload(block), false),
  }));
  const received: number[] = [];
  await pair.near.run(handlerOf({
    onMessage: (message) => {
      if (message.type === "piece") received.push(message.begin);
      if (received.length === 2) pair.near.close("done");
    },
  }));
  await seeder;
  assert.deepEqual(received, [first.begin, third.begin]);
});

Deno.test("blocks of an impossible length are the caller's fault", async () => {
  using pair = await connectPair();
  for (const length of [0, 16_385]) {
    assert.throws(() => pair.near.queueUpload({ piece: 0, begin: 0, length }), RangeError);
  }
});

Deno.test("nothing is read while the owner asks for time", async () => {
  using pair = await connectPair();
  const pause = Promise.withResolvers<void>();
  const received: number[] = [];
  let readCount = 0;
  const paused = Promise.withResolvers<void>();
  const near = pair.near.run(handlerOf({
    onMessage: (message) => {
      if (message.type === "have") received.push(message.piece);
      if (received.length === 2) pair.near.close("done");
    },
    afterRead: () => {
      readCount += 1;
      paused.resolve();
      return readCount === 1 ? pause.promise : undefined;
    },
  }));
  const far = pair.far.run(handlerOf());
  pair.far.send({ type: "have", piece: 1 });
  await paused.promise;
  pair.far.send({ type: "have", piece: 2 });
  // A round trip of its own through another connection: by then the second message could have been read.
  using other = await connectPair();
  other.far.send({ type: "choke" });
  const otherEnds = [
    other.near.run(handlerOf({ onMessage: () => other.near.close("done") })),
    other.far.run(handlerOf()),
  ];
  await Promise.all(otherEnds);
  assert.deepEqual(received, [1]);
  pause.resolve();
  await Promise.all([near, far]);
  assert.deepEqual(received, [1, 2]);
});

for (
  const [name, bytes, reason] of [
    ["a frame beyond the limit", [0x7f, 0xff, 0xff, 0xff, 7], /^too-long: /],
    ["a request that is too short", [0, 0, 0, 2, 6, 0], /^malformed: /],
    ["a piece without data", [0, 0, 0, 9, 7, 0, 0, 0, 0, 0, 0, 0, 0], /^malformed: /],
    ["hashes that are no multiple of a hash", [0, 0, 0, 50, 22, ...new Array(49).fill(0)], /^malformed: /],
  ] as const
) {
  Deno.test(`${name} ends the connection with that reason`, async () => {
    using sockets = await connectSockets();
    const connection = new PeerConnection({
      socket: sockets.far,
      endpoint,
      isOutgoing: false,
      handshake: someHandshake,
    });
    await sockets.near.write(new Uint8Array(bytes));
    assert.match(await connection.run(handlerOf()), reason);
    await whenClosed(sockets.near);
  });
}

Deno.test("messages of later protocols are no reason to end", async () => {
  using sockets = await connectSockets();
  using connection = new PeerConnection({ socket: sockets.far, endpoint, isOutgoing: false, handshake: someHandshake });
  await sockets.near.write(new Uint8Array([0, 0, 0, 3, 99, 1, 2, ...encodePeerMessage({ type: "have", piece: 5 })]));
  const types: string[] = [];
  await connection.run(handlerOf({
    onMessage: (message) => {
      types.push(message.type);
      if (message.type === "have") connection.close("done");
    },
  }));
  assert.deepEqual(types, ["unknown", "have"]);
});

Deno.test("a remote that asks and never reads is cut off at the limit", async () => {
  using pair = await connectPair({ far: { limits: { maxQueuedUploads: 10, maxQueuedControlBytes: 1000 } } });
  for (const block of blocksOf(11)) pair.far.queueUpload(block);
  assert.equal(pair.far.isClosed, true);
  assert.match(await pair.far.run(handlerOf()), /^limit: /);
  using second = await connectPair({ far: { limits: { maxQueuedUploads: 10, maxQueuedControlBytes: 1000 } } });
  for (let count = 0; count < 300; count++) second.far.send({ type: "have", piece: count });
  assert.match(await second.far.run(handlerOf()), /^limit: /);
});

Deno.test("the handler's ProtocolError is a reason, its other errors are ours", async () => {
  using pair = await connectPair();
  pair.near.send({ type: "have", piece: 9 });
  const near = pair.near.run(handlerOf());
  const reason = await pair.far.run(handlerOf({
    onMessage: () => {
      throw new ProtocolError("out-of-range", "no such piece");
    },
  }));
  assert.equal(reason, "out-of-range: no such piece");
  await near;
  using second = await connectPair();
  second.near.send({ type: "have", piece: 9 });
  const secondNear = second.near.run(handlerOf());
  await assert.rejects(
    second.far.run(handlerOf({
      onMessage: () => {
        throw new Deno.errors.NotFound("a file, not a socket");
      },
    })),
    /a file, not a socket/,
  );
  assert.equal(second.far.isClosed, true);
  await secondNear;
});

Deno.test("closing says why, once, and ends everything that waits", async () => {
  const limiter = new RateLimiter({ rateBytesPerSecond: 1000, clock: new ManualClock() });
  limiter.take(1_000_000);
  using pair = await connectPair({ far: { uploadLimiter: limiter, downloadLimiter: limiter } });
  pair.far.queueUpload({ piece: 0, begin: 0, length: 16_384 });
  pair.near.send({ type: "unchoke" });
  const heard = Promise.withResolvers<void>();
  const near = pair.near.run(handlerOf());
  const far = pair.far.run(handlerOf({ onMessage: () => heard.resolve() }));
  await heard.promise;
  pair.far.close("first");
  pair.far.close("second");
  assert.equal(await far, "first");
  assert.equal(await near, "closed by the remote");
  pair.far.send({ type: "choke" });
  pair.far.queueUpload({ piece: 0, begin: 0, length: 16_384 });
  await assert.rejects(pair.far.run(handlerOf()), TypeError);
});

Deno.test("a connection that was never run is closed by its scope", async () => {
  using sockets = await connectSockets();
  let closedCount = 0;
  {
    using _connection = new PeerConnection({
      socket: sockets.far,
      endpoint,
      isOutgoing: true,
      handshake: someHandshake,
      onClosed: () => closedCount += 1,
    });
  }
  assert.equal(closedCount, 1);
  await whenClosed(sockets.near);
});
