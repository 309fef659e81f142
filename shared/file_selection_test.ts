import assert from "node:assert/strict";
import { FileSelectionSyntaxError, formatFileSelection, parseFileSelection } from "./file_selection.ts";

Deno.test("indices and ranges, in any order, and the shortest text for them", () => {
  assert.deepEqual(parseFileSelection("6-8, 0,2,7"), [0, 2, 6, 7, 8]);
  assert.equal(formatFileSelection([8, 7, 6, 2, 0]), "0,2,6-8");
});

Deno.test("what selects nothing is refused with its place", () => {
  for (const [text, offset] of [["", 0], ["0,x", 2], ["3-1", 0], ["1,2-99999999", 2], ["-1", 0]] as const) {
    assert.throws(
      () => parseFileSelection(text),
      (error: unknown) => error instanceof FileSelectionSyntaxError && error.offset === offset,
    );
  }
});
