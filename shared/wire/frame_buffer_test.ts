import assert from "node:assert/strict";
import fc from "fast-check";
import { FrameBuffer } from "./frame_buffer.ts";
import { encodePeerMessage, MAX_FRAME_LENGTH } from "./peer_message.ts";

const SEED = 3;

/** A frame with its length prefix. */
function framed(payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + payload.length);
  new DataView(bytes.buffer).setUint32(0, payload.length);
  bytes.set(payload, 4);
  return bytes;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

/** Feeds a stream, at most `cut()` bytes a read, and collects copies of the frames. */
function split(buffer: FrameBuffer, options: { stream: Uint8Array; cut: () => number }): Uint8Array[] {
  const frames: Uint8Array[] = [];
  let offset = 0;
  while (offset < options.stream.length) {
    const room = buffer.writable();
    assert(room.length > 0);
    const part = options.stream.subarray(offset, offset + Math.min(room.length, Math.max(1, options.cut())));
    room.set(part);
    buffer.commit(part.length);
    offset += part.length;
    for (let frame = buffer.next(); frame !== undefined; frame = buffer.next()) frames.push(frame.slice());
  }
  return frames;
}

Deno.test("frame buffer: every split point of a stream gives the same frames", () => {
  const messages = [
    encodePeerMessage({ type: "unchoke" }),
    encodePeerMessage({ type: "keep-alive" }),
    encodePeerMessage({ type: "request", piece: 1, begin: 2, length: 3 }),
    encodePeerMessage({ type: "piece", piece: 1, begin: 0, data: Uint8Array.from({ length: 40 }, (_, byte) => byte) }),
    encodePeerMessage({ type: "have", piece: 7 }),
  ];
  const stream = joined(messages);
  const expected = messages.map((message) => message.slice(4));
  for (let first = 0; first <= stream.length; first++) {
    for (const second of [1, 5, stream.length]) {
      const cuts = [first, second];
      const buffer = new FrameBuffer({ capacity: 64, maxFrameLength: 60 });
      assert.deepEqual(split(buffer, { stream, cut: () => cuts.shift() ?? stream.length }), expected);
      assert.equal(buffer.bufferedLength, 0);
    }
  }
});

Deno.test("frame buffer: any frames, any cuts, any capacity", () => {
  const payloads = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 40 });
  const cuts = fc.infiniteStream(fc.integer({ min: 1, max: 120 }));
  fc.assert(
    fc.property(payloads, cuts, fc.integer({ min: 54, max: 300 }), (frames, lengths, capacity) => {
      const buffer = new FrameBuffer({ capacity, maxFrameLength: 50 });
      const stream = joined(frames.map(framed));
      const found = split(buffer, { stream, cut: () => lengths.next().value ?? 1 });
      assert.deepEqual(found, frames);
      assert.equal(buffer.bufferedLength, 0);
    }),
    { seed: SEED, numRuns: 500 },
  );
});

Deno.test("frame buffer: grows to the largest frame and to fast reads, and never beyond its capacity", () => {
  const buffer = new FrameBuffer();
  assert(buffer.writable().length <= 64 * 1024);
  const payload = Uint8Array.from({ length: MAX_FRAME_LENGTH }, (_, index) => index % 251);
  const frames = split(buffer, { stream: framed(payload), cut: () => Infinity });
  assert.deepEqual(frames, [payload]);
  const stream = joined(Array.from({ length: 64 }, () => framed(new Uint8Array(16_393))));
  assert.equal(split(buffer, { stream, cut: () => Infinity }).length, 64);
  assert.equal(buffer.writable().length, 512 * 1024);
});

Deno.test("frame buffer: frames are views until the next writable", () => {
  const buffer = new FrameBuffer();
  const room = buffer.writable();
  room.set(framed(Uint8Array.of(1, 2, 3)));
  buffer.commit(7);
  const frame = buffer.next();
  room[5] = 99;
  assert.deepEqual(frame, Uint8Array.of(1, 99, 3));
});

Deno.test("frame buffer: raw bytes are taken before frames", () => {
  const buffer = new FrameBuffer();
  buffer.writable().set([1, 2, 3]);
  buffer.commit(3);
  assert.equal(buffer.take(4), undefined);
  buffer.writable().set([4, 0, 0, 0, 1, 9]);
  buffer.commit(6);
  assert.deepEqual(buffer.take(4), Uint8Array.of(1, 2, 3, 4));
  assert.deepEqual(buffer.next(), Uint8Array.of(9));
  assert.equal(buffer.next(), undefined);
});

Deno.test("frame buffer: a length above the limit is refused before any room is made", () => {
  const buffer = new FrameBuffer({ capacity: 128, maxFrameLength: 100 });
  buffer.writable().set([0xff, 0xff, 0xff, 0xff, 1]);
  buffer.commit(5);
  assert.throws(() => buffer.next(), { name: "ProtocolError", code: "too-long" });
  assert(buffer.writable().length <= 128);
  const tight = new FrameBuffer({ capacity: 104, maxFrameLength: 100 });
  tight.writable().set([0, 0, 0, 101]);
  tight.commit(4);
  assert.throws(() => tight.next(), { name: "ProtocolError", code: "too-long" });
});

Deno.test("frame buffer: a caller's mistakes are RangeErrors", () => {
  assert.throws(() => new FrameBuffer({ capacity: 103, maxFrameLength: 100 }), RangeError);
  const buffer = new FrameBuffer({ capacity: 8, maxFrameLength: 4 });
  assert.throws(() => buffer.commit(9), RangeError);
  assert.throws(() => buffer.commit(-1), RangeError);
  assert.throws(() => buffer.commit(0.5), RangeError);
  assert.throws(() => buffer.take(5), RangeError);
  buffer.writable().fill(0);
  buffer.commit(8);
  assert.throws(() => buffer.writable(), RangeError);
  assert.equal(buffer.next()?.length, 0);
  assert.equal(buffer.writable().length, 4);
});
