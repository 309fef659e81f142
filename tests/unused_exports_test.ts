import assert from "node:assert/strict";
import { unusedExports } from "./unused_exports.ts";

Deno.test("what another file imports is used, by whatever kind of import", () => {
  const sources = new Map([
    [
      "a/one.ts",
      "export const LIMIT = 1;\nexport async function run() {}\nexport class Engine {}\nexport type Id = string;",
    ],
    ["a/two.ts", 'import { LIMIT as most, type Id } from "./one.ts";'],
    ["b/three.ts", 'const { run } = await import("../a/one.ts");\n'],
    ["b/four.ts", 'import * as one from "../a/one.ts";\nnew one.Engine();'],
  ]);
  assert.deepEqual(unusedExports(sources), []);
});

Deno.test("a value that only its own file uses, and a type that nothing names, are exported for nobody", () => {
  const sources = new Map([
    [
      "a/one.ts",
      "export const LIMIT = 1;\nexport function run(options: RunOptions) { return LIMIT; }\n" +
      "export interface RunOptions {}\nexport interface Forgotten {}",
    ],
    ["a/two.ts", 'import { run } from "./one.ts";'],
    ["b/one.ts", 'import { LIMIT } from "./other.ts";'],
    ["b/library.d.ts", "export interface Foreign {}"],
  ]);
  assert.deepEqual(unusedExports(sources), ["a/one.ts: LIMIT", "a/one.ts: Forgotten"]);
});
