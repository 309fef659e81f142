import assert from "node:assert/strict";
import { addressWords } from "./address_words.ts";
import { CONNECTION_ID_SECONDS, CONNECTION_KEY_LENGTH, ConnectionIds } from "./connection_id.ts";

const key = new Uint8Array(CONNECTION_KEY_LENGTH).fill(7);
const host = "192.168.1.20";

/** Ids as numbers, at a place in a buffer. */
class NumberedIds {
  readonly #ids: ConnectionIds;
  readonly #view = new DataView(new ArrayBuffer(16));

  constructor(key: Uint8Array) {
    this.#ids = new ConnectionIds(key);
  }

  issue(host: string, nowMs: number): bigint {
    this.#ids.write(this.#view, { offset: 4, source: addressWords(host), nowMs });
    return this.#view.getBigUint64(4);
  }

  isValid(id: bigint, from: { host: string; nowMs: number }): boolean {
    this.#view.setBigUint64(4, id);
    return this.#ids.isValid(this.#view, { offset: 4, source: addressWords(from.host), nowMs: from.nowMs });
  }
}

Deno.test("an id serves its address for two minutes", () => {
  const ids = new NumberedIds(key);
  const nowMs = 1_700_000_000_500;
  const id = ids.issue(host, nowMs);
  const isValidAfter = (ms: number) => ids.isValid(id, { host, nowMs: nowMs + ms });
  assert.ok(isValidAfter(0));
  assert.ok(isValidAfter(CONNECTION_ID_SECONDS * 1000));
  assert.ok(!isValidAfter((CONNECTION_ID_SECONDS + 1) * 1000));
  assert.ok(!isValidAfter(-1000), "an id from the future");
  assert.ok(!isValidAfter(65_536 * 1000), "the same tick a round later");
});

Deno.test("an id serves no other address, and no id of another key or with a bit changed is good", () => {
  const ids = new NumberedIds(key);
  const nowMs = 1_700_000_000_000;
  const id = ids.issue(host, nowMs);
  for (const other of ["192.168.1.2", "192.168.1.200", "2001:db8::1"]) {
    assert.ok(!ids.isValid(id, { host: other, nowMs }), other);
  }
  const foreign = new NumberedIds(new Uint8Array(CONNECTION_KEY_LENGTH).fill(8));
  assert.ok(!foreign.isValid(id, { host, nowMs }));
  for (let bit = 0n; bit < 64n; bit++) assert.ok(!ids.isValid(id ^ (1n << bit), { host, nowMs }), `bit ${bit}`);
  assert.ok(!ids.isValid(0n, { host, nowMs }));
});

Deno.test("an id stays good over the end of the tick's range", () => {
  const ids = new NumberedIds(key);
  const nowMs = (65_536 * 30_000 - 1) * 1000;
  assert.ok(ids.isValid(ids.issue(host, nowMs), { host, nowMs: nowMs + 60_000 }));
});

Deno.test("a key of another length is refused", () => {
  assert.throws(() => new ConnectionIds(new Uint8Array(31)), RangeError);
});
