import assert from "node:assert/strict";
import { parseJson } from "./json_text.ts";

Deno.test("JSON is what it says, and anything else undefined", () => {
  assert.deepEqual(parseJson('{"a": [1, null]}'), { a: [1, null] });
  for (const text of ["", "{", "undefined", "<html>", '"a'] as const) assert.equal(parseJson(text), undefined);
});
