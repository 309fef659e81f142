import assert from "node:assert/strict";
import { checkDisplayName, MAX_DISPLAY_NAME_LENGTH } from "./display_name.ts";

Deno.test("a name is trimmed and composed; nothing is no name", () => {
  const taken = (text: string) => {
    const checked = checkDisplayName(text);
    return checked.type === "taken" ? checked.name : checked;
  };
  assert.equal(taken("  Anna's laptop\t"), "Anna's laptop");
  assert.equal(taken("Zoe\u0308"), "Zoë");
  assert.equal(taken("居間のパソコン"), "居間のパソコン");
  assert.equal(taken("👩‍💻 desk"), "👩‍💻 desk");
  assert.equal(taken(" \n "), "");
  assert.equal(taken("🎬".repeat(MAX_DISPLAY_NAME_LENGTH)), "🎬".repeat(MAX_DISPLAY_NAME_LENGTH));
});

Deno.test("too long a name is refused, and what no table can show", () => {
  const long = { type: "refused", reason: "A name has at most 40 characters." };
  assert.deepEqual(checkDisplayName("a".repeat(41)), long);
  assert.deepEqual(checkDisplayName("🎬".repeat(41)), long);
  assert.deepEqual(checkDisplayName("a".repeat(10_000)), long);
  for (const text of ["a\u0000b", "a\nb", "a\u007fb", "a\u0085b", "a\u2028b", "a\u202eb", "a\u2066b", "a\ud800b"]) {
    assert.equal(checkDisplayName(text).type, "refused", JSON.stringify(text));
  }
});
