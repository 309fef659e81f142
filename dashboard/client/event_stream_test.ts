import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { EventStream } from "./event_stream.ts";

class FakeSource extends EventTarget {
  isClosed = false;
  close(): void {
    this.isClosed = true;
  }
  update(data: unknown): void {
    this.dispatchEvent(new MessageEvent("update", { data: JSON.stringify(data) }));
  }
  fail(): void {
    this.dispatchEvent(new Event("error"));
  }
}

function createStream() {
  const sources: FakeSource[] = [];
  const received: string[] = [];
  const delays: number[] = [];
  let retry = () => {};
  const stream = new EventStream<string>({
    onUpdate: (update, { isFirst }) => received.push(isFirst ? `${update}!` : update),
    openSource: () => {
      const source = new FakeSource();
      sources.push(source);
      return source;
    },
    schedule: (callback, delayMs) => {
      delays.push(delayMs);
      retry = callback;
      return () => retry = () => {};
    },
  });
  const latest = () => sources.at(-1) ?? new FakeSource();
  return { stream, sources, received, delays, latest, retryNow: () => retry() };
}

Deno.test("the first update of every connection replaces, later ones add", () => {
  const { stream, received, latest, retryNow } = createStream();
  strictEqual(stream.connection.value, "connecting");
  stream.open();
  latest().update("a");
  latest().update("b");
  strictEqual(stream.connection.value, "live");
  latest().fail();
  strictEqual(stream.connection.value, "reconnecting");
  retryNow();
  strictEqual(stream.connection.value, "reconnecting");
  latest().update("c");
  strictEqual(stream.connection.value, "live");
  deepStrictEqual(received, ["a!", "b", "c!"]);
});

Deno.test("retries come less and less often, and soon again after a success", () => {
  const { stream, delays, latest, retryNow, sources } = createStream();
  stream.open();
  for (let attempt = 0; attempt < 6; attempt++) {
    latest().fail();
    retryNow();
  }
  deepStrictEqual(delays, [500, 1000, 2000, 4000, 5000, 5000]);
  latest().update("x");
  latest().fail();
  strictEqual(delays.at(-1), 500);
  strictEqual(sources.every((source) => source.isClosed), true);
});

Deno.test("a closed stream says nothing more, and opens again when asked", () => {
  const { stream, received, latest, sources } = createStream();
  stream.open();
  stream.open();
  strictEqual(sources.length, 1);
  const old = latest();
  stream.close();
  old.update("late");
  old.fail();
  deepStrictEqual(received, []);
  stream.open();
  latest().update("new");
  deepStrictEqual(received, ["new!"]);
});
