import assert from "node:assert/strict";
import { assertNever } from "./assert_never.ts";

type Shape = { readonly type: "circle" } | { readonly type: "square" };

function corners(shape: Shape): number {
  switch (shape.type) {
    case "circle":
      return 0;
    case "square":
      return 4;
    default:
      return assertNever(shape);
  }
}

Deno.test("a closed switch returns for each variant and throws for one the types rule out", () => {
  assert.equal(corners({ type: "circle" }), 0);
  assert.equal(corners({ type: "square" }), 4);
  const foreign: Shape = JSON.parse('{"type":"heptagon"}');
  assert.throws(() => corners(foreign), { name: "TypeError", message: /heptagon/ });
});
