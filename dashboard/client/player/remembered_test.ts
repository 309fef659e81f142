import assert from "node:assert/strict";
import { MAX_POSITIONS, Remembered } from "./remembered.ts";

function memoryStorage() {
  const values = new Map<string, string>();
  return {
    values,
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
  };
}

Deno.test("a film's place is remembered, and forgotten at its ends", () => {
  const storage = memoryStorage();
  const remembered = new Remembered(storage);
  assert.equal(remembered.position("a/0"), undefined);
  remembered.setPosition("a/0", { seconds: 31.7, duration: 100 });
  assert.equal(new Remembered(storage).position("a/0"), 31);
  remembered.setPosition("a/0", { seconds: 2, duration: 100 });
  assert.equal(remembered.position("a/0"), undefined);
  remembered.setPosition("a/0", { seconds: 30, duration: 100 });
  remembered.setPosition("a/0", { seconds: 96, duration: 100 });
  assert.equal(remembered.position("a/0"), undefined);
});

Deno.test("the films that were left longest ago are forgotten first", () => {
  const remembered = new Remembered(memoryStorage());
  for (let film = 0; film <= MAX_POSITIONS; film++) remembered.setPosition(`${film}/0`, { seconds: 50, duration: 100 });
  assert.equal(remembered.position("0/0"), undefined);
  assert.equal(remembered.position("1/0"), 50);
});

Deno.test("broken and forbidden storage remembers nothing and fails nothing", () => {
  const storage = memoryStorage();
  storage.values.set("playswarm.positions", "{broken");
  assert.equal(new Remembered(storage).position("a/0"), undefined);
  storage.values.set("playswarm.positions", '[1, ["a/0"], ["a/0", 7]]');
  assert.equal(new Remembered(storage).position("a/0"), 7);
  const forbidden = () => {
    throw new DOMException("no", "SecurityError");
  };
  const remembered = new Remembered({ getItem: forbidden, setItem: forbidden, removeItem: forbidden });
  remembered.setPosition("a/0", { seconds: 50, duration: 100 });
  assert.equal(remembered.position("a/0"), undefined);
  assert.equal(new Remembered(undefined).get("volume"), undefined);
});
