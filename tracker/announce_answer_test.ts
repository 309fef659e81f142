import assert from "node:assert/strict";
import { addressWords } from "./address_words.ts";
import { AnnounceAnswer, MAX_PEER_COUNT } from "./announce_answer.ts";

const IPV4 = addressWords("203.0.113.9");
const IPV6 = addressWords("2001:db8::cb00:7109");

Deno.test("an endpoint is given once, and again in the next answer", () => {
  const answer = new AnnounceAnswer();
  assert.ok(answer.giveIpv4(1, IPV4[3] ?? 0, 6881));
  assert.ok(!answer.give(2, IPV4, 6881), "the same in words");
  assert.ok(answer.give(3, IPV4, 6882), "another port");
  assert.ok(answer.give(4, IPV6, 6881), "another address that ends alike");
  assert.ok(!answer.give(5, IPV6, 6881));
  assert.deepEqual([...answer.memberships.subarray(0, answer.peerCount)], [1, 3, 4]);
  answer.clearPeers();
  assert.equal(answer.peerCount, 0);
  assert.ok(answer.give(6, IPV6, 6881));
  assert.equal(answer.hostOf(0), "2001:db8::cb00:7109");
});

Deno.test("peers of both families are told apart when they are written", () => {
  const answer = new AnnounceAnswer();
  answer.give(1, IPV6, 6881);
  answer.giveIpv4(2, IPV4[3] ?? 0, 6882);
  assert.deepEqual([answer.hostOf(1), answer.portOf(1)], ["203.0.113.9", 6882]);
  const bytes = new Uint8Array(24);
  const view = new DataView(bytes.buffer);
  assert.equal(answer.writePeers(view, 1, 4), 7);
  assert.equal(bytes.subarray(1, 7).toHex(), "cb0071091ae2");
  assert.equal(answer.writePeers(view, 0, 6), 18);
  assert.equal(bytes.subarray(0, 18).toHex(), "20010db80000000000000000cb0071091ae1");
});

Deno.test("as many peers as an answer has room for, however alike their addresses", () => {
  const answer = new AnnounceAnswer();
  for (let port = 1; port <= MAX_PEER_COUNT; port++) assert.ok(answer.giveIpv4(port, 0x7f00_0001, port));
  for (let port = 1; port <= MAX_PEER_COUNT; port++) assert.equal(answer.portOf(port - 1), port);
});
