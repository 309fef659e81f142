import assert from "node:assert/strict";
import fc from "fast-check";
import { MemberLists } from "./member_lists.ts";

Deno.test("property: rooms never overlap, begin at multiples of their size, and are used again", () => {
  const step = fc.record({ exponent: fc.nat(5), released: fc.nat(20), isRelease: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const lists = new MemberLists(4096);
      const rooms: { first: number; exponent: number }[] = [];
      for (const { exponent, released, isRelease } of steps) {
        const room = isRelease ? rooms.splice(released % Math.max(1, rooms.length), 1)[0] : undefined;
        if (room !== undefined) lists.release(room.first, room.exponent);
        else rooms.push({ first: lists.allocate(exponent), exponent });
      }
      const taken = new Set<number>();
      for (const { first, exponent } of rooms) {
        assert.equal(first % 2 ** exponent, 0);
        for (let entry = first; entry < first + 2 ** exponent; entry++) {
          assert.ok(!taken.has(entry));
          taken.add(entry);
        }
      }
      const { end } = lists;
      for (const { first, exponent } of rooms) lists.release(first, exponent);
      for (let entry = 0; entry < end; entry++) lists.allocate(0);
      assert.equal(lists.end, end, "what was given back is whole again");
    }),
    { seed: 20_261_127, numRuns: 200 },
  );
});

Deno.test("lists that grow together leave next to nothing behind", () => {
  const lists = new MemberLists(100_000);
  const firsts = Array.from({ length: 1000 }, () => lists.allocate(0));
  for (let exponent = 1; exponent <= 4; exponent++) {
    for (const [index, first] of firsts.entries()) {
      firsts[index] = lists.allocate(exponent);
      lists.release(first, exponent - 1);
    }
  }
  assert.ok(lists.end < 1.2 * 16 * 1000, `${lists.end} entries for ${16 * 1000}`);
});
