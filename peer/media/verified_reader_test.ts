/** Tests of reading what is not all there yet. @module */
import assert from "node:assert/strict";
import fc from "fast-check";
import { MemoryBytes, sampleContent } from "./memory_bytes.ts";
import { DEMAND_STEP_LENGTH, MAX_CHUNK_LENGTH, type VerifiedBytes, verifiedStream } from "./verified_reader.ts";

const seed = 20260101;
console.log(`peer/media/verified_reader_test.ts: seed ${seed}`);
const { signal } = new AbortController();

async function gather(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

Deno.test("a file that is here is read in chunks, and its demand is withdrawn at the end", async () => {
  const content = sampleContent(3 * MAX_CHUNK_LENGTH + 17);
  const bytes = new MemoryBytes(content);
  let endCount = 0;
  const stream = verifiedStream(bytes, { start: 5, end: content.length - 2 }, { signal, onEnd: () => endCount++ });
  assert.equal(bytes.demands.size, 1);
  assert.deepEqual(await gather(stream), content.slice(5, -2));
  assert.equal(bytes.demands.size, 0);
  assert.equal(endCount, 1);
});

Deno.test("every chunk is a fresh buffer of its own", async () => {
  const bytes = new MemoryBytes(sampleContent(2 * MAX_CHUNK_LENGTH));
  const chunks = await Array.fromAsync(verifiedStream(bytes, { start: 0, end: bytes.length }, { signal }));
  assert.deepEqual(chunks.map((chunk) => chunk.length), [MAX_CHUNK_LENGTH, MAX_CHUNK_LENGTH]);
  assert.equal(new Set(chunks.map((chunk) => chunk.buffer)).size, 2);
});

Deno.test("an empty range gives an empty stream and states no demand", async () => {
  const bytes = new MemoryBytes(new Uint8Array(0));
  assert.equal((await gather(verifiedStream(bytes, { start: 0, end: 0 }, { signal }))).length, 0);
  assert.deepEqual(bytes.windows, []);
});

Deno.test("a range outside of the file is refused", () => {
  const bytes = new MemoryBytes(sampleContent(10));
  for (const [start, end] of [[0, 11], [-1, 5], [6, 5], [0.5, 2], [NaN, 2]] as const) {
    assert.throws(() => verifiedStream(bytes, { start, end }, { signal }), RangeError);
  }
});

Deno.test("nothing is read before it is asked for", () => {
  const bytes = new MemoryBytes(sampleContent(10));
  let readCount = 0;
  const watched: VerifiedBytes = {
    length: bytes.length,
    availableFrom: (offset) => bytes.availableFrom(offset),
    readInto: (offset, into) => {
      readCount++;
      return bytes.readInto(offset, into);
    },
    whenReadable: (offset, options) => bytes.whenReadable(offset, options),
    demand: (window) => bytes.demand(window),
  };
  const stream = verifiedStream(watched, { start: 0, end: 10 }, { signal });
  assert.equal(readCount, 0);
  return stream.cancel();
});

Deno.test("it waits for what is missing and goes on as soon as it is verified", async () => {
  const content = sampleContent(100);
  const bytes = new MemoryBytes(content, [{ start: 0, end: 10 }, { start: 50, end: 100 }]);
  const reader = verifiedStream(bytes, { start: 0, end: 100 }, { signal }).getReader();
  assert.deepEqual((await reader.read()).value, content.slice(0, 10));
  const next = reader.read();
  await bytes.until(() => bytes.waiterCount === 1);
  assert.deepEqual([...bytes.demands], [{ window: { start: 10, end: 100 } }]);
  bytes.verify({ start: 10, end: 50 });
  assert.deepEqual((await next).value, content.slice(10));
  assert.equal((await reader.read()).done, true);
  assert.equal(bytes.demands.size, 0);
});

Deno.test("an early wake-up without bytes is waited out", async () => {
  const bytes = new MemoryBytes(sampleContent(10), []);
  let wakeCount = 0;
  const jumpy: VerifiedBytes = {
    length: 10,
    availableFrom: (offset) => wakeCount < 3 ? 0 : bytes.length - offset,
    readInto: (_offset, into) => into.length,
    whenReadable: () => {
      wakeCount++;
      return Promise.resolve();
    },
    demand: (window) => bytes.demand(window),
  };
  assert.equal((await gather(verifiedStream(jumpy, { start: 0, end: 10 }, { signal }))).length, 10);
  assert.equal(wakeCount, 3);
});

Deno.test("the demand follows the reader with its read-ahead, inside the range", async () => {
  const bytes = new MemoryBytes(sampleContent(4 * DEMAND_STEP_LENGTH));
  const end = 3 * DEMAND_STEP_LENGTH + 1000;
  const readAheadLength = DEMAND_STEP_LENGTH + 7;
  await gather(verifiedStream(bytes, { start: 1000, end }, { signal, readAheadLength }));
  assert.deepEqual(bytes.windows, [
    { start: 1000, end: 1000 + readAheadLength },
    { start: 1000 + DEMAND_STEP_LENGTH, end: 1000 + DEMAND_STEP_LENGTH + readAheadLength },
    { start: 1000 + 2 * DEMAND_STEP_LENGTH, end },
  ]);
});

Deno.test("cancelling while it waits withdraws the demand and wakes the waiting", async () => {
  const bytes = new MemoryBytes(sampleContent(10), []);
  let endCount = 0;
  const reader = verifiedStream(bytes, { start: 0, end: 10 }, { signal, onEnd: () => endCount++ }).getReader();
  const read = reader.read();
  await bytes.until(() => bytes.waiterCount === 1);
  await reader.cancel();
  assert.equal((await read).done, true);
  assert.equal(bytes.demands.size, 0);
  await bytes.until(() => bytes.waiterCount === 0);
  assert.equal(endCount, 1);
});

Deno.test("the reader's signal fails the stream and withdraws the demand, also before anything was read", async () => {
  const bytes = new MemoryBytes(sampleContent(10), []);
  const left = new AbortController();
  const waiting = verifiedStream(bytes, { start: 0, end: 10 }, { signal: left.signal }).getReader();
  const idle = verifiedStream(bytes, { start: 0, end: 10 }, { signal: left.signal }).getReader();
  const read = waiting.read();
  await bytes.until(() => bytes.waiterCount === 1);
  left.abort(new Error("the player left"));
  await assert.rejects(read, /the player left/);
  await assert.rejects(idle.read(), /the player left/);
  assert.equal(bytes.demands.size, 0);
  await bytes.until(() => bytes.waiterCount === 0);
  const late = verifiedStream(bytes, { start: 0, end: 10 }, { signal: left.signal }).getReader();
  await assert.rejects(late.read(), /the player left/);
  assert.equal(bytes.demands.size, 0);
});

Deno.test("a failing source fails the stream: never a clean end", async () => {
  const waitingFor = new MemoryBytes(sampleContent(10), [{ start: 0, end: 4 }]);
  const waiting = verifiedStream(waitingFor, { start: 0, end: 10 }, { signal }).getReader();
  await waiting.read();
  const read = waiting.read();
  await waitingFor.until(() => waitingFor.waiterCount === 1);
  waitingFor.fail(new Error("removed"));
  await assert.rejects(read, /removed/);
  assert.equal(waitingFor.demands.size, 0);

  const unreadable = new MemoryBytes(sampleContent(10));
  unreadable.fail(new Error("disk"));
  await assert.rejects(gather(verifiedStream(unreadable, { start: 0, end: 10 }, { signal })), /disk/);
  assert.equal(unreadable.demands.size, 0);
});

Deno.test("a source that reads nothing fails the stream instead of spinning", async () => {
  const bytes = new MemoryBytes(sampleContent(10));
  const empty: VerifiedBytes = {
    length: 10,
    availableFrom: () => 10,
    readInto: () => 0,
    whenReadable: () => Promise.resolve(),
    demand: (window) => bytes.demand(window),
  };
  await assert.rejects(gather(verifiedStream(empty, { start: 0, end: 10 }, { signal })), RangeError);
  assert.equal(bytes.demands.size, 0);
});

Deno.test("in whatever order bytes arrive, a stream is the slice", async () => {
  const length = 64;
  const arrivals = fc.shuffledSubarray([...Array(length / 4).keys()], { minLength: length / 4 });
  await fc.assert(
    fc.asyncProperty(arrivals, fc.nat(length), fc.nat(length), async (order, one, other) => {
      const content = sampleContent(length);
      const bytes = new MemoryBytes(content, []);
      const range = { start: Math.min(one, other), end: Math.max(one, other) };
      const read = gather(verifiedStream(bytes, range, { signal }));
      for (const quarter of order) {
        await Promise.resolve();
        bytes.verify({ start: quarter * 4, end: quarter * 4 + 4 });
      }
      assert.deepEqual(await read, content.slice(range.start, range.end));
      assert.equal(bytes.demands.size, 0);
    }),
    { seed, numRuns: 200 },
  );
});
