import assert from "node:assert/strict";
import { foldText, searchWords, sortableName } from "./search_text.ts";

Deno.test("names sort as people expect", () => {
  const names = ["part 10", "Part 2", "élan", "Ende", "part 2b", "10 Years", "9 Weeks"];
  const sorted = names.toSorted((a, b) => sortableName(a) < sortableName(b) ? -1 : 1);
  assert.deepEqual(sorted, ["9 Weeks", "10 Years", "élan", "Ende", "Part 2", "part 2b", "part 10"]);
});

Deno.test("text is folded: case and accents do not matter, words are split at any space", () => {
  assert.equal(foldText("ÉLAN ﬁn Straße"), "elan fin straße");
  assert.deepEqual(searchWords("  Big\tBÜCK  bunny "), ["big", "buck", "bunny"]);
  assert.deepEqual(searchWords(""), []);
  assert.equal(searchWords("a ".repeat(100)).length, 16);
});
