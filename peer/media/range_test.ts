/** Tests of the Range header: the examples of RFC 9110, section 14.1.2, and a model byte by byte. @module */
import assert from "node:assert/strict";
import fc from "fast-check";
import { MAX_RANGES, parseRange, type RequestedRange } from "./range.ts";

const seed = 9110;
console.log(`peer/media/range_test.ts: seed ${seed}`);

function one(start: number, end: number): RequestedRange {
  return { type: "ranges", ranges: [{ start, end }] };
}

Deno.test("the RFC's examples for a file of 10,000 bytes", () => {
  assert.deepEqual(parseRange("bytes=0-499", 10000), one(0, 500));
  assert.deepEqual(parseRange("bytes=500-999", 10000), one(500, 1000));
  assert.deepEqual(parseRange("bytes=-500", 10000), one(9500, 10000));
  assert.deepEqual(parseRange("bytes=9500-", 10000), one(9500, 10000));
  assert.deepEqual(parseRange("bytes=0-0,-1", 10000), {
    type: "ranges",
    ranges: [{ start: 0, end: 1 }, { start: 9999, end: 10000 }],
  });
  assert.deepEqual(parseRange("bytes= 0-999, 4500-5499, -1000", 10000), {
    type: "ranges",
    ranges: [{ start: 0, end: 1000 }, { start: 4500, end: 5500 }, { start: 9000, end: 10000 }],
  });
  assert.deepEqual(parseRange("bytes=500-600,601-999", 10000), {
    type: "ranges",
    ranges: [{ start: 500, end: 601 }, { start: 601, end: 1000 }],
  });
  assert.deepEqual(parseRange("bytes=500-700,601-999", 10000), one(500, 1000));
});

Deno.test("ends beyond the file are clamped", () => {
  assert.deepEqual(parseRange("bytes=5-99", 10), one(5, 10));
  assert.deepEqual(parseRange("bytes=-99", 10), one(0, 10));
  assert.deepEqual(parseRange(`bytes=1-${"9".repeat(40)}`, 10), one(1, 10));
});

Deno.test("what does not touch the file is unsatisfiable, beside what does it is dropped", () => {
  for (const header of ["bytes=10-", "bytes=10-20", "bytes=-0", "bytes=99-,-0", `bytes=${"9".repeat(30)}-`]) {
    assert.deepEqual(parseRange(header, 10), { type: "unsatisfiable" }, header);
  }
  assert.deepEqual(parseRange("bytes=10-,2-3,-0", 10), one(2, 4));
});

Deno.test("of an empty file only a suffix is satisfiable, by the whole", () => {
  assert.deepEqual(parseRange("bytes=0-", 0), { type: "unsatisfiable" });
  assert.deepEqual(parseRange("bytes=0-0", 0), { type: "unsatisfiable" });
  assert.deepEqual(parseRange("bytes=-0", 0), { type: "unsatisfiable" });
  assert.deepEqual(parseRange("bytes=-5", 0), { type: "whole" });
});

Deno.test("other units, wrong syntax and too many ranges give the whole", () => {
  const wrong = [
    "",
    "bytes",
    "bytes=",
    "bytes=,",
    "bytes=-",
    "bytes=a-b",
    "bytes=1-2x",
    "bytes=2-1",
    "bytes=1 -2",
    "bytes=1- 2",
    "bytes=0-1,5-4",
    "bytes=0-1;2-3",
    "bytes=--1",
    "bytes=+1-2",
    "bytes=1.0-2",
    "bytes=0x1-2",
    "bytes =0-1",
    "lines=0-1",
    "bytes=18014398509481985-18014398509481984",
    `bytes=${Array.from({ length: MAX_RANGES + 1 }, (_, order) => `${order * 2}-${order * 2}`).join()}`,
    `bytes=${"0".repeat(2000)}-1`,
  ];
  for (const header of wrong) assert.deepEqual(parseRange(header, 100), { type: "whole" }, header);
  assert.deepEqual(parseRange(null, 100), { type: "whole" });
});

Deno.test("unit in any case, blanks and empty list elements pass", () => {
  assert.deepEqual(parseRange("BYTES=0-1", 10), one(0, 2));
  assert.deepEqual(parseRange("  bytes=, 0-1\t,, ", 10), one(0, 2));
});

Deno.test("a set of ranges covers exactly the bytes that a naive model marks, none twice", () => {
  const position = fc.integer({ min: 0, max: 40 });
  const spec = fc.oneof(
    fc.tuple(position, position).map(([first, last]) => ({ first, last })),
    position.map((first) => ({ first, last: undefined })),
    position.map((last) => ({ first: undefined, last })),
  );
  fc.assert(
    fc.property(
      fc.array(spec, { minLength: 1, maxLength: MAX_RANGES }),
      fc.integer({ min: 0, max: 32 }),
      (specs, length) => {
        const header = `bytes=${specs.map(({ first, last }) => `${first ?? ""}-${last ?? ""}`).join(", ")}`;
        const isInvalid = specs.some(({ first, last }) => first !== undefined && last !== undefined && last < first);
        const wanted = Array.from(
          { length },
          (_, offset) =>
            specs.some(({ first, last }) =>
              first === undefined
                ? offset >= length - (last ?? 0)
                : first <= offset && (last === undefined || offset <= last)
            ),
        );
        const parsed = parseRange(header, length);
        if (isInvalid) return assert.deepEqual(parsed, { type: "whole" });
        if (!wanted.includes(true)) {
          const hasSuffix = specs.some(({ first, last }) => first === undefined && last !== 0);
          return assert.equal(parsed.type, hasSuffix ? "whole" : "unsatisfiable");
        }
        assert.ok(parsed.type === "ranges");
        const marked = Array.from({ length }, () => 0);
        for (const { start, end } of parsed.ranges) {
          assert.ok(0 <= start && start < end && end <= length);
          for (let offset = start; offset < end; offset++) marked[offset] = (marked[offset] ?? 0) + 1;
        }
        assert.deepEqual(marked, wanted.map(Number));
      },
    ),
    { seed, numRuns: 2000 },
  );
});

Deno.test("any text at all gives an answer inside the file", () => {
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: fc.constantFrom(..."bytes=0123456789-, ") }));
  fc.assert(
    fc.property(text, fc.boolean(), fc.nat(), (set, hasUnit, length) => {
      const parsed = parseRange(hasUnit ? `bytes=${set}` : set, length);
      if (parsed.type !== "ranges") return;
      assert.ok(parsed.ranges.every(({ start, end }) => 0 <= start && start < end && end <= length));
    }),
    { seed, numRuns: 2000 },
  );
});
