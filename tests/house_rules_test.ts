import assert from "node:assert/strict";
import houseRules from "./house_rules.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const MODULE = "/**\n * What it is.\n *\n * @module\n */\n";

/** The rules that a file at this path of the project breaks, without the name of the plugin. */
function broken(path: string, source: string): readonly string[] {
  const found = Deno.lint.runPlugin(houseRules, `${ROOT}${path}`, source).map((finding) => finding.id);
  return [...new Set(found)].map((id) => id.replace(/^house\//, "")).sort();
}

/** The rules that such a line breaks in a file that is right in all else. */
function brokenBy(path: string, line: string): readonly string[] {
  return broken(path, `${MODULE}${line}\n`);
}

Deno.test("imports point down and sibling rooms never meet", () => {
  const wrong = [
    ["shared/magnet.ts", 'import { a } from "../peer/session.ts";'],
    ["peer/swarm/picker.ts", 'import { a } from "../net/dialer.ts";'],
    ["peer/net/dialer.ts", 'import { a } from "../storage/database.ts";'],
    ["peer/media/range.ts", 'import { a } from "../torrent.ts";'],
    ["peer/storage/share_watcher.ts", 'const a = await import("../media/range.ts");'],
    ["dashboard/client/store.ts", 'import { a } from "../guards.ts";'],
    ["tracker/swarms.ts", 'import { a } from "../peer/session.ts";'],
    ["tracker/metadata_fetch.ts", 'import { a } from "../peer/session.ts";'],
  ] as const;
  for (const [path, line] of wrong) assert.deepEqual(brokenBy(path, line), ["import-directions"], `${path}: ${line}`);
  const right = [
    ["shared/magnet.ts", 'import { a } from "./ids.ts";'],
    ["peer/swarm/picker.ts", 'import { a } from "../../shared/bitfield.ts";'],
    ["peer/torrent.ts", 'import { a } from "./net/dialer.ts";'],
    ["peer/net/dialer.ts", 'import * as net from "node:net";'],
    ["tracker/library.ts", 'import { a } from "../peer/session.ts";'],
    ["tracker/metadata_fetch.ts", 'import { a } from "../peer/net/metadata_fetch.ts";'],
    ["peer/net/dialer_test.ts", 'import { a } from "../storage/database.ts";'],
    ["tests/bench/bench.ts", 'import { a } from "../../peer/session.ts";'],
  ] as const;
  for (const [path, line] of right) assert.deepEqual(brokenBy(path, line), [], `${path}: ${line}`);
});

Deno.test("nothing is exported on behalf of another file", () => {
  assert.deepEqual(brokenBy("shared/ids.ts", 'export * from "./magnet.ts";'), ["no-barrels"]);
  assert.deepEqual(brokenBy("shared/ids.ts", 'export { a } from "./magnet.ts";'), ["no-barrels"]);
  assert.deepEqual(brokenBy("shared/ids.ts", "export { a };\nconst a = 1;"), []);
});

Deno.test("a pure room knows no clock, no chance, no runtime, and waits for nothing", () => {
  const wrong = [
    "export async function f() {}",
    "export const f = async () => {};",
    "export const now = () => Date.now();",
    "export const now = () => new Date();",
    "export const now = () => performance.now();",
    "export const dice = () => Math.random();",
    "export const read = () => Deno.cwd();",
    "export const later = () => setTimeout(() => {}, 1);",
    'export const ask = () => fetch("http://localhost");',
  ];
  for (const line of wrong) {
    assert.deepEqual(brokenBy("peer/swarm/picker.ts", line), ["pure-rooms"], line);
    assert.deepEqual(brokenBy("tracker/swarms.ts", line), ["pure-rooms"], line);
    assert.deepEqual(brokenBy("peer/session.ts", line), [], line);
    assert.deepEqual(brokenBy("peer/swarm/picker_test.ts", line), [], line);
  }
  assert.deepEqual(brokenBy("peer/swarm/picker.ts", "export const most = () => Math.max(1, 2);"), []);
});

Deno.test("no enums", () => {
  assert.deepEqual(brokenBy("shared/ids.ts", "export enum Kind { A }"), ["no-enums"]);
  assert.deepEqual(brokenBy("shared/ids.ts", 'export type Kind = "a" | "b";'), []);
});

Deno.test("a type is proven, not claimed", () => {
  assert.deepEqual(brokenBy("shared/ids.ts", "export const a = 1 as unknown;"), ["no-unproven-casts"]);
  assert.deepEqual(brokenBy("shared/ids.ts", "export const a = [1] as const;"), []);
  assert.deepEqual(brokenBy("shared/ids_test.ts", "export const a = 1 as unknown;"), []);
});

Deno.test("a file says what it is, is named after what it holds, and is small", () => {
  assert.deepEqual(broken("shared/ids.ts", "export const a = 1;\n"), ["file-shape"]);
  assert.deepEqual(broken("shared/ids.ts", "/** Only a comment. */\nexport const a = 1;\n"), ["file-shape"]);
  assert.deepEqual(broken("shared/ids_test.ts", "export const a = 1;\n"), []);
  for (const name of ["utils.ts", "types.ts", "mod.ts", "infoHash.ts", "info-hash.ts", "common.tsx"]) {
    assert.deepEqual(brokenBy(`shared/${name}`, "export const a = 1;"), ["file-shape"], name);
  }
  const long = "// A line.\n".repeat(400);
  assert.deepEqual(broken("shared/ids.ts", MODULE + long), ["file-shape"]);
  const excused = MODULE.replace("What it is.", "What it is. One room because its halves share their state.");
  assert.deepEqual(broken("shared/ids.ts", excused + long), []);
});

Deno.test("a function is short and takes few arguments", () => {
  const long = `export function f() {\n${"  go();\n".repeat(70)}}`;
  assert.deepEqual(brokenBy("shared/ids.ts", long), ["function-shape"]);
  assert.deepEqual(brokenBy("dashboard/client/player/video_player.tsx", long), []);
  assert.deepEqual(brokenBy("shared/ids.ts", "export function f(a: A, b: B, c: C, d: D) {}"), ["function-shape"]);
  assert.deepEqual(brokenBy("shared/ids.ts", "export class C { f(a: A, b: B, c: C, d: D) {} }"), ["function-shape"]);
  assert.deepEqual(brokenBy("shared/ids.ts", "export function f(a: A, b: B, { c }: Options) {}"), []);
});

Deno.test("no error is swallowed", () => {
  for (
    const line of [
      "try { go(); } catch { stop(); }",
      "try { go(); } catch (error) {}",
      "go().catch(() => {});",
      "go().catch(() => undefined);",
    ]
  ) assert.deepEqual(brokenBy("peer/session.ts", line), ["no-swallowed-errors"], line);
  const right = [
    "try { go(); } catch (error) { if (!(error instanceof TypeError)) throw error; }",
    "go().catch((error) => tell(error));",
  ];
  for (const line of right) assert.deepEqual(brokenBy("peer/session.ts", line), [], line);
});

Deno.test("codecs shift no bytes", () => {
  assert.deepEqual(brokenBy("shared/wire/handshake.ts", "export const a = (b: number) => b << 8;"), ["no-byte-shifts"]);
  assert.deepEqual(brokenBy("shared/wire/handshake.ts", "export const a = (b: number) => b >>> 0;"), []);
  assert.deepEqual(brokenBy("shared/bitfield.ts", "export const a = (b: number) => b << 8;"), []);
});

Deno.test("no test sleeps", () => {
  const sleep = "await new Promise((resolve) => setTimeout(resolve, 100));";
  assert.deepEqual(brokenBy("shared/ids_test.ts", sleep), ["no-sleeping-tests"]);
  assert.deepEqual(brokenBy("shared/ids_test.ts", "await new Promise((resolve) => setTimeout(resolve));"), []);
  assert.deepEqual(brokenBy("shared/ids_test.ts", "const limit = setTimeout(() => kill(), 100);"), []);
});

Deno.test("outside of the project only the rules for every file hold", () => {
  assert.deepEqual(
    Deno.lint.runPlugin(houseRules, "/elsewhere/utils.ts", "export enum Kind { A }").map(({ id }) => id),
    [
      "house/no-enums",
    ],
  );
});
