import assert from "node:assert/strict";
import { findings } from "./doc_lint.ts";

const SOURCES: Readonly<Record<string, string>> = {
  "/room/page.tsx":
    'import { type Signal } from "@preact/signals";\nexport const theme: Signal<string> = signal("dark");\n',
  "/room/engine.ts": "interface Part {\n  readonly name: string;\n}\nexport function partOf(): Part {}\n",
};

function readSource(path: string): string {
  const source = SOURCES[path];
  assert.ok(source !== undefined, `Nobody should read ${path}`);
  return source;
}

function privateType(type: string, path: string): string {
  return `error[private-type-ref]: public type 'x' references private type '${type}'\n` +
    `  --> ${path}:4:1\n   | \n 4 | export function x(): ${type} {\n   = hint: make the referenced type public\n\n`;
}

function undocumented(line: string): string {
  return "error[missing-jsdoc]: exported symbol is missing JSDoc documentation\n" +
    `  --> /room/engine.ts:2:3\n   | \n 2 |   ${line}\n   |   ^\n\n`;
}

Deno.test("a private type of ours is a finding", () => {
  const report = privateType("Part", "/room/engine.ts");
  assert.equal(findings(report, readSource).length, 1);
});

Deno.test("a type of a package is none: not imported by its name, nor by one inside a namespace", () => {
  const report = privateType("Signal", "/room/page.tsx") + privateType("JSXInternal.Element", "/room/page.tsx");
  assert.deepEqual(findings(report, readSource), []);
});

Deno.test("a method without a docstring is a finding, a plain field is none", () => {
  const fields = [
    "readonly lengthBytes: number;",
    "readonly infoHashV2?: InfoHashV2;",
    'override readonly name = "RoomError";',
    "static readonly limit = 4;",
  ];
  assert.deepEqual(findings(fields.map(undocumented).join(""), readSource), []);
  const methods = ["close(): void;", "constructor(options: RoomOptions) {"];
  assert.equal(findings(methods.map(undocumented).join(""), readSource).length, 2);
});

Deno.test("what stands before the first finding and after the last counts for nothing", () => {
  const report = `Checking…\n${undocumented("close(): void;")}error: Found 1 documentation lint error.\n`;
  assert.equal(findings(report, readSource).length, 1);
  assert.deepEqual(findings("", readSource), []);
});
