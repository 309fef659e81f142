import assert from "node:assert/strict";
import fc from "fast-check";
import { compareOrder, CursorSyntaxError, decodeCursor, encodeCursor } from "./catalogue_order.ts";
import { sortableName } from "../shared/search_text.ts";

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
