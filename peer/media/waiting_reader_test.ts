import assert from "node:assert/strict";
import { MemoryBytes, sampleContent } from "./memory_bytes.ts";
import { WaitingReader } from "./waiting_reader.ts";

const never = new AbortController().signal;

Deno.test("what is here is read without any demand, and never beyond the end", async () => {
  const content = sampleContent(100);
  const bytes = new MemoryBytes(content);
  using reader = new WaitingReader(bytes, { signal: never });
  assert.deepEqual(await reader.read({ start: 10, end: 20 }), content.slice(10, 20));
  assert.deepEqual(await reader.read({ start: 90, end: 200 }), content.slice(90));
  assert.equal((await reader.read({ start: 200, end: 300 })).length, 0);
  assert.deepEqual(bytes.windows, []);
});

Deno.test("what is missing is demanded and waited for; the demand goes ahead and ends with the reader", async () => {
  const content = sampleContent(100);
  const bytes = new MemoryBytes(content, [{ start: 0, end: 15 }]);
  {
    using reader = new WaitingReader(bytes, { signal: never, readAheadLength: 30 });
    const reading = reader.read({ start: 10, end: 20 });
    await bytes.until(() => bytes.waiterCount === 1);
    assert.deepEqual([...bytes.demands], [{ window: { start: 15, end: 50 } }]);
    bytes.verify({ start: 15, end: 40 });
    assert.deepEqual(await reading, content.slice(10, 20));
    assert.deepEqual([...bytes.demands], [{ window: { start: 20, end: 50 } }]);
  }
  assert.equal(bytes.demands.size, 0);
});

Deno.test("a wait ends with the signal, and with the source's failure", async () => {
  const bytes = new MemoryBytes(sampleContent(100), []);
  const leaving = new AbortController();
  using reader = new WaitingReader(bytes, { signal: leaving.signal });
  const left = reader.read({ start: 0, end: 1 });
  await bytes.until(() => bytes.waiterCount === 1);
  leaving.abort(new Error("left"));
  await assert.rejects(left, /left/);
  using other = new WaitingReader(bytes, { signal: never });
  const failed = other.read({ start: 0, end: 1 });
  await bytes.until(() => bytes.waiterCount === 1);
  bytes.fail(new Error("removed"));
  await assert.rejects(failed, /removed/);
});
