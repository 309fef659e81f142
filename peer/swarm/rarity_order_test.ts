import assert from "node:assert/strict";
import fc from "fast-check";
import { RarityOrder } from "./rarity_order.ts";

const SEED = 4_242;
const PIECES = 12;

Deno.test(`any sequence of changes leaves the order as a sorted list would be (seed ${SEED})`, () => {
  const step = fc.record({
    action: fc.constantFrom("insert", "remove", "raise", "lower"),
    piece: fc.integer({ min: 0, max: PIECES - 1 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const order = new RarityOrder(PIECES);
      const contained = new Set<number>();
      const availability = new Array<number>(PIECES).fill(0);
      for (const { action, piece } of steps) {
        order[action as "insert" | "remove" | "raise" | "lower"](piece);
        if (action === "insert") contained.add(piece);
        if (action === "remove") contained.delete(piece);
        if (action === "raise") availability[piece] = (availability[piece] ?? 0) + 1;
        if (action === "lower") availability[piece] = Math.max(0, (availability[piece] ?? 0) - 1);
      }
      assert.equal(order.size, contained.size);
      // Taking out the rarest again and again gives every piece once, in order of availability.
      const drawn: number[] = [];
      for (let piece = pickAny(order); piece !== undefined; piece = pickAny(order)) {
        drawn.push(piece);
        order.remove(piece);
      }
      assert.deepEqual(new Set(drawn), contained);
      const counts = drawn.map((piece) => availability[piece] ?? 0);
      assert.deepEqual(counts, counts.toSorted((one, other) => one - other));
      for (const piece of drawn) assert.equal(order.availability(piece), availability[piece]);
    }),
    { seed: SEED, numRuns: 300 },
  );
});

Deno.test("ties are broken by chance, and unsuitable pieces are passed over", () => {
  const order = new RarityOrder(4);
  for (let piece = 0; piece < 4; piece++) order.insert(piece);
  const picked = [0, 0.3, 0.6, 0.9].map((chance) => order.pick(() => true, { random: () => chance, from: 0 }));
  assert.equal(new Set(picked).size, 4);
  assert.equal(order.pick((piece) => piece === 2, { random: () => 0, from: 0 }), 2);
  assert.equal(order.pick(() => true, { random: () => 0, from: 1 }), undefined);
});

function pickAny(order: RarityOrder): number | undefined {
  return order.pick(() => true, { random: () => 0.5, from: 0 });
}
