/** Tests of the live updates: coalescing, slow viewers, heartbeat, and that nothing stays behind. @module */
import assert from "node:assert/strict";
import { Hono } from "hono";
import { type LiveOptions, type LiveSource, liveUpdates } from "./live_updates.ts";

/** A counter that tells each viewer how far it is. */
class Counter implements LiveSource<{ count: number }> {
  count = 0;
  readonly listeners: Set<() => void> = new Set();
  #left: PromiseWithResolvers<void> = Promise.withResolvers();

  subscribe(listener: () => void): Disposable {
    this.listeners.add(listener);
    return {
      [Symbol.dispose]: () => {
        this.listeners.delete(listener);
        this.#left.resolve();
      },
    };
  }

  /** Resolves when a viewer has left. */
  left(): Promise<void> {
    return this.#left.promise;
  }

  watch(): () => { count: number } | undefined {
    let told: number | undefined;
    return () => {
      if (this.count < 0) throw new Error("the counter broke");
      if (told === this.count) return undefined;
      told = this.count;
      return { count: this.count };
    };
  }

  set(count: number): void {
    this.count = count;
    for (const listener of [...this.listeners]) listener();
  }
}

const event = (count: number) => `event: update\ndata: {"count":${count}}\n\n`;

function appOf(counter: Counter, options: LiveOptions = {}): Hono {
  return new Hono().get("/api/events", liveUpdates(counter, options));
}

async function watch(app: Hono): Promise<{ next(): Promise<string | undefined>; leave(): Promise<void> }> {
  const response = await app.request("/api/events");
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("Content-Type"), "text/event-stream");
  const reader = response.body?.getReader();
  assert.ok(reader !== undefined);
  const next = async () => {
    const { value } = await reader.read();
    return value === undefined ? undefined : new TextDecoder().decode(value);
  };
  assert.equal(await next(), "retry: 1000\n\n");
  return { next, leave: () => reader.cancel() };
}

Deno.test("the first event has everything, later ones come when something changed", async () => {
  const counter = new Counter();
  const viewer = await watch(appOf(counter, { intervalMs: 1 }));
  assert.equal(await viewer.next(), event(0));
  const next = viewer.next();
  counter.set(0); // Told already: no event.
  counter.set(7);
  assert.equal(await next, event(7));
  await viewer.leave();
  assert.equal(counter.listeners.size, 0);
});

Deno.test("a burst is one event, after the interval, with the newest state", async () => {
  const counter = new Counter();
  const viewer = await watch(appOf(counter, { intervalMs: 40 }));
  await viewer.next();
  const startMs = performance.now();
  for (let count = 1; count <= 100; count++) counter.set(count);
  assert.equal(await viewer.next(), event(100));
  assert.ok(performance.now() - startMs > 30);
  await viewer.leave();
});

Deno.test("for a viewer that does not read nothing is queued: it gets the newest state when it reads", async () => {
  const counter = new Counter();
  const viewer = await watch(appOf(counter, { intervalMs: 0, heartbeatMs: 5 }));
  const busy = await watch(appOf(counter, { intervalMs: 0 }));
  assert.equal(await busy.next(), event(0));
  for (let count = 1; count <= 20; count++) {
    counter.set(count);
    assert.equal(await busy.next(), event(count));
  }
  assert.equal(await viewer.next(), event(0));
  assert.equal(await viewer.next(), event(20));
  await viewer.leave();
  await busy.leave();
});

Deno.test("silence is broken by a comment", async () => {
  const viewer = await watch(appOf(new Counter(), { heartbeatMs: 5 }));
  assert.equal(await viewer.next(), event(0));
  assert.equal(await viewer.next(), ": heartbeat\n\n");
  assert.equal(await viewer.next(), ": heartbeat\n\n");
  await viewer.leave();
});

Deno.test("the server's signal ends every stream and refuses new ones", async () => {
  const counter = new Counter();
  const shutdown = new AbortController();
  const app = appOf(counter, { signal: shutdown.signal });
  const viewer = await watch(app);
  await viewer.next();
  const next = viewer.next();
  shutdown.abort();
  assert.equal(await next, undefined);
  assert.equal(counter.listeners.size, 0);
  assert.equal((await app.request("/api/events")).status, 503);
});

Deno.test("so many viewers and no more; one that leaves makes room", async () => {
  const app = appOf(new Counter(), { maxViewers: 1 });
  const viewer = await watch(app);
  assert.equal((await app.request("/api/events")).status, 503);
  await viewer.leave();
  await (await watch(app)).leave();
});

Deno.test("a source that fails ends its viewer with the error and leaves nothing behind", async () => {
  const counter = new Counter();
  const viewer = await watch(appOf(counter, { intervalMs: 0 }));
  await viewer.next();
  const next = viewer.next();
  counter.set(-1);
  await assert.rejects(next, /the counter broke/);
  assert.equal(counter.listeners.size, 0);
});

Deno.test("HEAD opens no viewer", async () => {
  const counter = new Counter();
  const response = await appOf(counter).request("/api/events", { method: "HEAD" });
  assert.equal(response.headers.get("Content-Type"), "text/event-stream");
  assert.equal(counter.listeners.size, 0);
});

Deno.test("over a socket: events arrive one by one, and a page that is closed is forgotten", async () => {
  const counter = new Counter();
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, appOf(counter).fetch);
  const response = await fetch(`http://127.0.0.1:${server.addr.port}/api/events`);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.endsWith(event(0))) text += (await reader?.read())?.value;
  counter.set(1);
  while (!text.endsWith(event(1))) text += (await reader?.read())?.value;
  await reader?.cancel();
  await counter.left();
  assert.equal(counter.listeners.size, 0);
});
