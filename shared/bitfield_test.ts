import assert from "node:assert/strict";
import fc from "fast-check";
import { Bitfield } from "./bitfield.ts";
import { ProtocolError } from "./protocol_error.ts";

Deno.test("the high bit of the first byte is piece 0 (BEP 3)", () => {
  const bitfield = Bitfield.fromBytes(Uint8Array.of(0b1000_0000, 0b0100_0000), 10);
  assert.deepEqual(Array.from(bitfield.indices()), [0, 9]);
  assert.equal(bitfield.count, 2);
  bitfield.set(7);
  assert.deepEqual(bitfield.toBytes(), Uint8Array.of(0b1000_0001, 0b0100_0000));
});

Deno.test("a wrong size and spare bits are a remote's fault", () => {
  for (const [bytes, length] of [[[0], 9], [[0, 0], 8], [[], 1], [[0b0000_0001], 7], [[0xff, 0xff], 15]] as const) {
    assert.throws(() => Bitfield.fromBytes(Uint8Array.from(bytes), length), (error: unknown) => {
      assert.ok(error instanceof ProtocolError);
      return error.code === "malformed";
    });
  }
  assert.equal(Bitfield.fromBytes(Uint8Array.of(0xfe), 7).isComplete, true);
});

Deno.test("bytes are copied both ways, and so is a clone", () => {
  const bytes = Uint8Array.of(0x80);
  const bitfield = Bitfield.fromBytes(bytes, 8);
  bytes[0] = 0;
  bitfield.toBytes()[0] = 0;
  bitfield.clone().clear(0);
  assert.equal(bitfield.has(0), true);
  assert.equal(bitfield.count, 1);
});

Deno.test("indices that do not exist: none has them, nobody can set them", () => {
  const bitfield = Bitfield.full(9);
  for (const index of [-1, 9, 15, 16, 2 ** 31, 2 ** 32, NaN, -(2 ** 31)]) {
    assert.equal(bitfield.has(index), false, `${index}`);
    assert.throws(() => bitfield.set(index), RangeError);
    assert.throws(() => bitfield.clear(index), RangeError);
  }
  assert.throws(() => bitfield.set(0.5), RangeError);
  assert.throws(() => new Bitfield(-1), RangeError);
  assert.throws(() => new Bitfield(1.5), RangeError);
});

Deno.test("full, empty, and neither; of no pieces both", () => {
  for (const length of [1, 7, 8, 9, 16, 1000]) {
    const full = Bitfield.full(length);
    assert.equal(full.isComplete, true);
    assert.deepEqual(Bitfield.fromBytes(full.toBytes(), length).count, length);
    assert.equal(new Bitfield(length).isEmpty, true);
  }
  const none = Bitfield.full(0);
  assert.ok(none.isComplete && none.isEmpty);
  assert.equal(none.has(0), false);
});

Deno.test("property: it is a set of indices", () => {
  const steps = fc.array(fc.tuple(fc.boolean(), fc.nat(40)), { maxLength: 100 });
  fc.assert(
    fc.property(steps, (changes) => {
      const bitfield = new Bitfield(41);
      const model = new Set<number>();
      for (const [isAdding, index] of changes) {
        const expected = isAdding !== model.has(index);
        assert.equal(isAdding ? bitfield.set(index) : bitfield.clear(index), expected);
        if (isAdding) model.add(index);
        else model.delete(index);
      }
      assert.deepEqual(Array.from(bitfield.indices()), Array.from(model).sort((left, right) => left - right));
      assert.equal(bitfield.count, model.size);
      assert.equal(Bitfield.fromBytes(bitfield.toBytes(), 41).count, model.size);
    }),
    { seed: 20_266, numRuns: 200 },
  );
});
