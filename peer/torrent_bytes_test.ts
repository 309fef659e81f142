import assert from "node:assert/strict";
import { Demands, type DemandWindow } from "./demands.ts";
import { TorrentBytes } from "./torrent_bytes.ts";

Deno.test("a file is seen from its own beginning to its own end", async () => {
  const space = Uint8Array.from({ length: 100 }, (_, index) => index);
  const waited: number[] = [];
  let stated: readonly DemandWindow[] = [];
  const demands = new Demands((all) => stated = all.map(({ start, end }) => ({ start, end })));
  const bytes = new TorrentBytes({
    availableFrom: (offset) => 80 - offset,
    readInto(offset, into) {
      into.set(space.subarray(offset, offset + into.length));
      return into.length;
    },
    whenReadable: (offset) => Promise.resolve(void waited.push(offset)),
    demand: (window) => demands.state(window),
  }, { offset: 40, length: 20 });

  assert.equal(bytes.length, 20);
  assert.equal(bytes.availableFrom(0), 20);
  assert.equal(bytes.availableFrom(15), 5);
  assert.equal(bytes.availableFrom(20), 0);
  const into = new Uint8Array(50);
  assert.equal(bytes.readInto(15, into), 5);
  assert.deepEqual([...into.subarray(0, 6)], [55, 56, 57, 58, 59, 0]);
  await bytes.whenReadable(3, { signal: new AbortController().signal });
  assert.deepEqual(waited, [43]);
  const demand = bytes.demand({ start: 0, end: 10 });
  assert.deepEqual(stated, [{ start: 40, end: 50 }]);
  demand.move({ start: 5, end: 20 });
  assert.deepEqual(stated, [{ start: 45, end: 60 }]);
  demand[Symbol.dispose]();
  assert.deepEqual(stated, []);
});
