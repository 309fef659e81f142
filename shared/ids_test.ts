import assert from "node:assert/strict";
import {
  clientName,
  createPeerId,
  IdSyntaxError,
  infoHash,
  infoHashBytes,
  infoHashV2,
  infoHashV2Bytes,
  parseInfoHash,
  parseInfoHashV2,
  parsePeerId,
  peerId,
  peerIdBytes,
  truncateInfoHash,
} from "./ids.ts";

const twenty = Uint8Array.from({ length: 20 }, (_, index) => 250 + index);
const thirtyTwo = Uint8Array.from({ length: 32 }, (_, index) => index);

function peerIdOf(text: string): ReturnType<typeof peerId> {
  return peerId(Uint8Array.from(text, (character) => character.charCodeAt(0)));
}

Deno.test("ids are lower-case hex of their bytes, and give copies of them back", () => {
  assert.equal(infoHash(twenty), "fafbfcfdfeff000102030405060708090a0b0c0d");
  assert.deepEqual(infoHashBytes(infoHash(twenty)), twenty);
  assert.deepEqual(infoHashV2Bytes(infoHashV2(thirtyTwo)), thirtyTwo);
  assert.deepEqual(peerIdBytes(peerId(twenty)), twenty);
  assert.equal(truncateInfoHash(infoHashV2(thirtyTwo)), infoHash(thirtyTwo.subarray(0, 20)));
});

Deno.test("other numbers of bytes are the caller's fault", () => {
  assert.throws(() => infoHash(thirtyTwo), RangeError);
  assert.throws(() => infoHashV2(twenty), RangeError);
  assert.throws(() => peerId(new Uint8Array(0)), RangeError);
  assert.throws(() => createPeerId(new Uint8Array(11)), RangeError);
});

Deno.test("hex is read in any case, and where it is wrong is told", () => {
  assert.equal(parseInfoHash("FAFBFCFDFEFF000102030405060708090A0B0C0D"), infoHash(twenty));
  assert.equal(parseInfoHashV2("AB".repeat(32)), "ab".repeat(32));
  assert.equal(parsePeerId("AB".repeat(20)), "ab".repeat(20));
  const offsetOf = (hex: string) => {
    try {
      parseInfoHash(hex);
    } catch (error) {
      if (error instanceof IdSyntaxError) return error.offset;
      throw error;
    }
    return undefined;
  };
  assert.equal(offsetOf(""), 0);
  assert.equal(offsetOf("ab".repeat(19)), 38);
  assert.equal(offsetOf("ab".repeat(21)), 40);
  assert.equal(offsetOf("ab".repeat(5) + "xy" + "ab".repeat(14)), 10);
});

Deno.test("our own peer id names us and needs no escape in a URL", () => {
  const id = createPeerId(Uint8Array.from({ length: 12 }, (_, index) => 21 * index));
  assert.equal(clientName(id), "Playswarm 0.1.0");
  assert.match(String.fromCharCode(...peerIdBytes(id)), /^-PS0100-[A-Za-z0-9_-]{12}$/);
});

Deno.test("clients of BEP 20 and those with habits of their own are told by name", () => {
  const rest = "abcdefghijkl";
  assert.equal(clientName(peerIdOf(`-qB4600-${rest}`)), "qBittorrent 4.6.0");
  assert.equal(clientName(peerIdOf(`-LT2080-${rest}`)), "libtorrent (Rasterbar) 2.0.8");
  assert.equal(clientName(peerIdOf(`-LT20B1-${rest}`)), "libtorrent (Rasterbar) 2.0.11.1");
  assert.equal(clientName(peerIdOf(`-lt0D80-${rest}`)), "libTorrent (rTorrent) 0.13.8");
  assert.equal(clientName(peerIdOf(`-TR4060-${rest}`)), "Transmission 4.0.6");
  assert.equal(clientName(peerIdOf(`-WW0205-${rest}`)), "WebTorrent 2.5");
  assert.equal(clientName(peerIdOf("A2-1-36-0-abcdefghij")), "aria2 1.36.0");
  assert.equal(clientName(peerIdOf("M7-10-5--abcdefghijk")), "BitTorrent 7.10.5");
  assert.equal(clientName(peerIdOf(`-ZZ0000-${rest}`)), "unknown");
  assert.equal(clientName(peerId(twenty)), "unknown");
});
