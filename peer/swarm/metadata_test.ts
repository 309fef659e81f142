import assert from "node:assert/strict";
import { isEqual } from "../../shared/equal_bytes.ts";
import { type MetadataEffect, MetadataMachine } from "./metadata.ts";

const PIECE = 16_384;
const LENGTH = 5 * PIECE + 100;

/** Peers that answer at once, each with bytes of its own. */
class Exchange {
  readonly machine = new MetadataMachine();
  readonly contents = new Map<number, Uint8Array>();
  readonly liars: number[] = [];
  readonly requestCounts = new Map<number, number>();
  complete: Uint8Array | undefined;
  nowMs = 0;

  offer(peer: number, bytes: Uint8Array): void {
    this.contents.set(peer, bytes);
    this.carryOut(this.machine.handle({ type: "metadata-offered", peer, length: bytes.length }, this.nowMs));
  }

  carryOut(effects: readonly MetadataEffect[]): void {
    for (const effect of effects) {
      if (effect.type === "metadata-complete") this.complete = effect.bytes;
      else if (effect.type === "metadata-liar") this.liars.push(effect.peer);
      else this.queue.push(effect);
    }
  }

  readonly queue: Extract<MetadataEffect, { readonly type: "request-metadata" }>[] = [];

  /** Answers everything that is asked, until it is quiet. */
  answer(right: Uint8Array): void {
    for (let request = this.queue.shift(); request !== undefined; request = this.queue.shift()) {
      const { peer, piece } = request;
      this.requestCounts.set(peer, (this.requestCounts.get(peer) ?? 0) + 1);
      const bytes = this.contents.get(peer) ?? new Uint8Array();
      const data = bytes.subarray(piece * PIECE, (piece + 1) * PIECE);
      const event = { type: "metadata-received", peer, piece, totalLength: bytes.length, data } as const;
      this.carryOut(this.machine.handle(event, this.nowMs));
      if (this.complete !== undefined && !isEqual(this.complete, right)) {
        this.complete = undefined;
        this.carryOut(this.machine.handle({ type: "metadata-wrong" }, this.nowMs));
      }
    }
  }
}

function bytesOf(fill: number, length = LENGTH): Uint8Array {
  return new Uint8Array(length).fill(fill);
}

Deno.test("several peers share the work (BEP 9)", () => {
  const exchange = new Exchange();
  for (const peer of [1, 2, 3]) exchange.offer(peer, bytesOf(7));
  exchange.answer(bytesOf(7));
  assert(exchange.complete !== undefined && isEqual(exchange.complete, bytesOf(7)));
  assert(exchange.machine.isComplete);
  assert.equal([...exchange.requestCounts.values()].reduce((sum, count) => sum + count, 0), 6);
  assert.deepEqual(exchange.liars, []);
});

Deno.test("a liar among honest peers is found, though they were mixed", () => {
  const exchange = new Exchange();
  exchange.offer(1, bytesOf(6));
  exchange.offer(2, bytesOf(7));
  exchange.answer(bytesOf(7));
  assert(exchange.complete !== undefined && isEqual(exchange.complete, bytesOf(7)));
  assert.deepEqual(exchange.liars, [1]);
});

Deno.test("a wrong length that most claim does not keep the right one from coming", () => {
  const exchange = new Exchange();
  for (const peer of [1, 2]) exchange.offer(peer, bytesOf(6, PIECE));
  exchange.offer(3, bytesOf(7));
  exchange.answer(bytesOf(7));
  assert(exchange.complete !== undefined && isEqual(exchange.complete, bytesOf(7)));
  assert(!exchange.liars.includes(3));
});

Deno.test("silence and rejects lead to the next peer", () => {
  const machine = new MetadataMachine();
  assert.deepEqual(machine.handle({ type: "metadata-offered", peer: 1, length: 10 }, 0), [
    { type: "request-metadata", peer: 1, piece: 0 },
  ]);
  assert.deepEqual(machine.handle({ type: "metadata-offered", peer: 2, length: 10 }, 0), []);
  assert.deepEqual(machine.handle({ type: "tick" }, 5_000), [{ type: "request-metadata", peer: 2, piece: 0 }]);
  assert.deepEqual(machine.handle({ type: "metadata-rejected", peer: 2, piece: 0 }, 5_001), []);
  assert.deepEqual(machine.handle({ type: "tick" }, 10_100), [{ type: "request-metadata", peer: 1, piece: 0 }]);
});

Deno.test("what was not asked for, of another length, or absurdly long is not kept", () => {
  const machine = new MetadataMachine();
  assert.deepEqual(machine.handle({ type: "metadata-offered", peer: 1, length: 2 ** 31 }, 0), []);
  const received = { type: "metadata-received", peer: 1, piece: 0, totalLength: 10, data: new Uint8Array(10) } as const;
  assert.deepEqual(machine.handle(received, 0), []);
  machine.handle({ type: "metadata-offered", peer: 2, length: 10 }, 0);
  const [liar] = machine.handle({ ...received, peer: 2, totalLength: 11 }, 0);
  assert(liar?.type === "metadata-liar" && liar.peer === 2);
});
