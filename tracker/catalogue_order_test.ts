import assert from "node:assert/strict";
import fc from "fast-check";
import {
  compareOrder,
  CursorSyntaxError,
  decodeCursor,
  encodeCursor,
  foldText,
  searchWords,
  sortableName,
} from "./catalogue_order.ts";

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

Deno.test("property: a cursor comes back as the place it was made of, and fits into a URL", () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.stringMatching(/^[0-9a-f]{64}$/),
      (rank, name, key) => {
        const place = { rank, name: sortableName(name), key };
        const cursor = encodeCursor(place);
        assert.match(cursor, /^[A-Za-z0-9_-]{1,1024}$/);
        assert.equal(compareOrder(decodeCursor(cursor), place), 0);
      },
    ),
    { seed: 20_260_103 },
  );
});

Deno.test("property: any other text is refused as a cursor", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        decodeCursor(text);
      } catch (error) {
        assert.ok(error instanceof CursorSyntaxError);
      }
    }),
    { seed: 20_260_104 },
  );
  for (const value of [[1, "a"], [1, 2, 3], ["1", "a", "b"], {}, null]) {
    assert.throws(() => decodeCursor(btoa(JSON.stringify(value))), CursorSyntaxError);
  }
});
