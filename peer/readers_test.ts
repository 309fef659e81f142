import assert from "node:assert/strict";
import { Readers } from "./readers.ts";

const never = () => new AbortController().signal;

Deno.test("those are woken whose byte is readable now", async () => {
  const readers = new Readers();
  const woken: number[] = [];
  const waiting = [10, 20, 30].map((offset) =>
    readers.wait(offset, { signal: never() }).then(() => woken.push(offset))
  );
  readers.wake((offset) => offset < 25);
  await Promise.all(waiting.slice(0, 2));
  assert.deepEqual(woken, [10, 20]);
  readers.wake(() => true);
  await waiting[2];
});

Deno.test("a reader leaves with its signal's reason, before or while it waits", async () => {
  const readers = new Readers();
  const left = new Error("left");
  await assert.rejects(readers.wait(0, { signal: AbortSignal.abort(left) }), left);
  const controller = new AbortController();
  const waiting = readers.wait(0, { signal: controller.signal });
  controller.abort(left);
  await assert.rejects(waiting, left);
  readers.wake(() => assert.fail("nobody waits any more"));
});

Deno.test("a failure is told to all who wait, and to all who come later", async () => {
  const readers = new Readers();
  const waiting = readers.wait(0, { signal: never() });
  readers.fail(new Error("the disk broke"));
  await assert.rejects(waiting, /the disk broke/);
  await assert.rejects(readers.wait(0, { signal: never() }), /the disk broke/);
});
