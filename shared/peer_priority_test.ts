import assert from "node:assert/strict";
import { peerPriority } from "./peer_priority.ts";

const at = (host: string, port = 6_881) => ({ host, port });

Deno.test("BEP 40's own examples, from either end", () => {
  for (
    const [one, other, priority] of [
      ["123.213.32.10", "98.76.54.32", 0xec2d7224],
      ["123.213.32.10", "123.213.32.234", 0x99568189],
    ] as const
  ) {
    assert.equal(peerPriority(at(one), at(other)), priority);
    assert.equal(peerPriority(at(other), at(one)), priority);
  }
});

Deno.test("one address: the ports decide; other families and names have none", () => {
  const priority = peerPriority(at("10.0.0.1", 1), at("10.0.0.1", 2));
  assert.equal(typeof priority, "number");
  assert.equal(peerPriority(at("10.0.0.1", 2), at("10.0.0.1", 1)), priority);
  assert.notEqual(peerPriority(at("10.0.0.1", 3), at("10.0.0.1", 1)), priority);
  assert.equal(peerPriority(at("10.0.0.1"), at("2001:db8::1")), undefined);
  assert.equal(peerPriority(at("10.0.0.1"), at("media.home")), undefined);
  assert.equal(typeof peerPriority(at("2001:db8::1"), at("2001:db8::2")), "number");
});
