import assert from "node:assert/strict";
import { isPowerOfTwo, nextPowerOfTwo } from "./power_of_two.ts";

Deno.test("powers of two are told from what lies between and beside them", () => {
  for (const value of [1, 2, 4, 2 ** 20, 2 ** 52]) assert.ok(isPowerOfTwo(value), `${value}`);
  for (const value of [0, -1, -2, 0.5, 3, 6, 2 ** 52 - 1, NaN, Infinity]) assert.ok(!isPowerOfTwo(value), `${value}`);
});

Deno.test("the next power of two is not below a number, and the least such", () => {
  for (const [value, next] of [[0, 1], [1, 1], [2, 2], [3, 4], [5, 8], [2 ** 20 + 1, 2 ** 21]] as const) {
    assert.equal(nextPowerOfTwo(value), next);
  }
});
