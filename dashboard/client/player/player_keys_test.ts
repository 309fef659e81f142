import assert from "node:assert/strict";
import { commandOf } from "./player_keys.ts";

const press = (key: string, held: Partial<Record<"ctrlKey" | "altKey" | "metaKey", boolean>> = {}) =>
  commandOf({ key, ctrlKey: false, altKey: false, metaKey: false, ...held });

Deno.test("keys ask for what the help says, in either case", () => {
  assert.deepEqual(press(" "), { type: "toggle-play" });
  assert.deepEqual(press("F"), { type: "toggle-full-screen" });
  assert.deepEqual(press("ArrowLeft"), { type: "skip", seconds: -5 });
  assert.deepEqual(press("7"), { type: "jump", share: 0.7 });
  assert.deepEqual(press(">"), { type: "speed", step: 1 });
  assert.deepEqual(press("?"), { type: "help" });
});

Deno.test("the browser's own keys stay the browser's", () => {
  assert.equal(press("f", { ctrlKey: true }), undefined);
  assert.equal(press("ArrowLeft", { altKey: true }), undefined);
  for (const key of ["Tab", "Enter", "x", "F5", "Escape"]) assert.equal(press(key), undefined, key);
});
