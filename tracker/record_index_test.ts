import assert from "node:assert/strict";
import fc from "fast-check";
import { RecordIndex } from "./record_index.ts";
import { RecordTable } from "./record_table.ts";

function found(index: RecordIndex, digest: number): readonly number[] {
  const records: number[] = [];
  for (let record = index.first(digest); record >= 0; record = index.next(record)) records.push(record);
  return records.sort((a, b) => a - b);
}

Deno.test("property: an index finds exactly what is in it, however it grew", () => {
  const capacity = 300;
  const step = fc.record({ record: fc.nat(capacity - 1), digest: fc.oneof(fc.nat(7), fc.integer()) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 600 }), (steps) => {
      const index = new RecordIndex(capacity);
      const model = new Map<number, number>();
      for (const { record, digest } of steps) {
        if (model.delete(record)) index.remove(record);
        else {
          model.set(record, digest);
          index.add(record, digest);
        }
      }
      assert.equal(index.count, model.size);
      for (const digest of new Set(model.values())) {
        const expected = [...model].filter(([, other]) => other === digest).map(([record]) => record);
        assert.deepEqual(found(index, digest), expected.sort((a, b) => a - b));
      }
      for (const { digest } of steps) {
        if (![...model.values()].includes(digest)) assert.deepEqual(found(index, digest), []);
      }
    }),
    { seed: 20_261_124, numRuns: 200 },
  );
});

Deno.test("a table gives zeroed records, again after they are released, and no more than it has", () => {
  const table = new RecordTable({ capacity: 3, wordCount: 4 });
  const records = [table.take(), table.take(), table.take()];
  assert.deepEqual(records, [0, 1, 2]);
  assert.throws(() => table.take(), RangeError);
  table.float64[1 * 2] = 1.5;
  table.release(1);
  assert.equal(table.count, 2);
  assert.equal(table.take(), 1);
  assert.equal(table.float64[1 * 2], 0);
  assert.equal(table.end, 3);
});
