import assert from "node:assert/strict";
import { ChangeListeners } from "./change_listeners.ts";

Deno.test("a burst of changes is told once, to each who still wants to know, twice to who asked twice", async () => {
  using listeners = new ChangeListeners();
  const heard: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const twice = () => void heard.push("twice");
  using _one = listeners.subscribe(twice);
  using _two = listeners.subscribe(twice);
  listeners.subscribe(() => heard.push("gone"))[Symbol.dispose]();
  using _last = listeners.subscribe(resolve);
  for (let count = 0; count < 10; count++) listeners.notify();
  assert.deepEqual(heard, [], "soon, not at once");
  await promise;
  assert.deepEqual(heard, ["twice", "twice"]);
});

Deno.test("with nobody to tell, and after the end, no timer runs", () => {
  const listeners = new ChangeListeners();
  listeners.notify();
  listeners.subscribe(() => assert.fail("told after the end"));
  listeners.notify();
  listeners[Symbol.dispose]();
});
