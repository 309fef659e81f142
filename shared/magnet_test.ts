import assert from "node:assert/strict";
import fc from "fast-check";
import { infoHash, infoHashV2, truncateInfoHash } from "./ids.ts";
import { formatMagnet, type Magnet, MagnetSyntaxError, parseMagnet } from "./magnet.ts";

const HEX = "c9e15763f722f23e98a29decdfae341b98d53056";
const HEX_V2 = "caf1e1c30e81cb361b9ee167c4aa64228a7fa4fa9f6105232b28ad099f3a302e";

Deno.test("BEP 9: hex, base32, name, tracker, peers", () => {
  const magnet = parseMagnet(
    `magnet:?xt=urn:btih:${HEX}&dn=Big+Buck%20Bunny&tr=udp%3A%2F%2Ftracker.test%3A6969` +
      `&x.pe=1.2.3.4:6881&x.pe=[2001:db8::1]:51413&x.pe=nas:80&xl=1048576`,
  );
  assert.deepEqual(magnet, {
    infoHash: HEX,
    name: "Big Buck Bunny",
    trackers: ["udp://tracker.test:6969"],
    peers: [{ host: "1.2.3.4", port: 6881 }, { host: "2001:db8::1", port: 51_413 }, { host: "nas", port: 80 }],
    length: 1_048_576,
  });
  const base32 = "ZHQVOY7XELZD5GFCTXWN7LRUDOMNKMCW";
  assert.equal(parseMagnet(`magnet:?xt=urn:btih:${base32}`).infoHash, HEX);
  assert.equal(parseMagnet(`MAGNET:?XT=URN:BTIH:${HEX.toUpperCase()}`).infoHash, HEX);
});

Deno.test("BEP 52: v2 only is cut on the wire, hybrid has both", () => {
  const v2 = parseMagnet(`magnet:?xt=urn:btmh:1220${HEX_V2}`);
  assert.equal(v2.infoHashV2, HEX_V2);
  assert.equal(v2.infoHash, HEX_V2.slice(0, 40));
  const hybrid = parseMagnet(`magnet:?xt=urn:btmh:1220${HEX_V2}&xt=urn:btih:${HEX}`);
  assert.equal(hybrid.infoHash, HEX);
  assert.equal(hybrid.infoHashV2, HEX_V2);
  assert.equal(parseMagnet(`magnet:?xt.1=urn:sha1:ABC&xt.2=urn:btih:${HEX}`).infoHash, HEX);
});

Deno.test("BEP 53: files to fetch", () => {
  const select = (so: string) => parseMagnet(`magnet:?xt=urn:btih:${HEX}&so=${so}`).fileIndices;
  assert.deepEqual(select("0,2,4,6-8"), [0, 2, 4, 6, 7, 8]);
  assert.deepEqual(select("7,3-4,4"), [3, 4, 7]);
  assert.equal(parseMagnet(`magnet:?xt=urn:btih:${HEX}`).fileIndices, undefined);
  for (const wrong of ["", "a", "3-", "-3", "4-3", "0-999999999", "0-100000", "1.5"]) {
    assert.throws(() => select(wrong), MagnetSyntaxError, wrong);
  }
});

Deno.test("what makes no sense beside the hash is passed over", () => {
  const magnet = parseMagnet(
    `magnet:?xt=urn:btih:${HEX}&tr=not%20a%20url&tr.1=http%3A%2F%2Fa.test%2F&tr.2=http%3A%2F%2Fa.test%2F` +
      `&x.pe=nowhere&x.pe=1.2.3.4:0&x.pe=1.2.3.4:99999&xl=many&dn=&dn&&=&%&as=x&so2=1`,
  );
  assert.deepEqual(magnet, { infoHash: HEX, trackers: ["http://a.test/"], peers: [] });
});

Deno.test("no magnet of a torrent is refused, with the place of the fault", () => {
  const offsetOf = (uri: string) => {
    try {
      parseMagnet(uri);
    } catch (error) {
      if (error instanceof MagnetSyntaxError) return error.offset;
      throw error;
    }
    return undefined;
  };
  assert.equal(offsetOf(""), 0);
  assert.equal(offsetOf("http://example.test/"), 0);
  assert.equal(offsetOf("magnet:?dn=x"), 0);
  assert.equal(offsetOf("magnet:?xt=urn:sha1:ABC"), 0);
  assert.equal(offsetOf(`magnet:?xt=urn:btih:${HEX.slice(0, 39)}x`), 20 + 39);
  assert.equal(offsetOf(`magnet:?dn=x&xt=urn:btih:${"1".repeat(32)}`), 25);
  assert.equal(offsetOf(`magnet:?xt=urn:btmh:1114${HEX}`), 20);
  assert.equal(offsetOf(`magnet:?xt=urn:btih:${HEX}&${"x".repeat(70_000)}`), 0);
});

const text = fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" });
const anyMagnet: fc.Arbitrary<Magnet> = fc.record({
  v1: fc.option(fc.uint8Array({ minLength: 20, maxLength: 20 }), { nil: undefined }),
  v2: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  isV1Only: fc.boolean(),
  optional: fc.record({
    name: text,
    fileIndices: fc.uniqueArray(fc.nat(99_999), { minLength: 1 }).map((all) => all.sort((left, right) => left - right)),
    length: fc.maxSafeNat(),
  }, { requiredKeys: [] }),
  trackers: fc.uniqueArray(fc.webUrl({ withQueryParameters: true }), { maxLength: 3 }),
  peers: fc.uniqueArray(fc.tuple(fc.constantFrom("1.2.3.4", "::1", "nas.local"), fc.integer({ min: 1, max: 65_535 })), {
    maxLength: 3,
    selector: ([host, port]) => `${host} ${port}`,
  }),
}).map(({ v1, v2, isV1Only, optional, trackers, peers }) => ({
  infoHash: v1 === undefined ? truncateInfoHash(infoHashV2(v2)) : infoHash(v1),
  ...(v1 !== undefined && isV1Only ? {} : { infoHashV2: infoHashV2(v2) }),
  ...optional,
  trackers,
  peers: peers.map(([host, port]) => ({ host, port })),
}));

Deno.test("property: a link says again what it was made of", () => {
  fc.assert(
    fc.property(anyMagnet, (magnet) => {
      assert.deepEqual(parseMagnet(formatMagnet(magnet)), magnet);
    }),
    { seed: 20_269, numRuns: 300 },
  );
});

Deno.test("property: any text is a magnet link or refused", () => {
  const pieces = fc.array(
    fc.constantFrom("xt=urn:btih:", HEX, "&", "=", "%", "so=", "1-", ",", "x.pe=", "[", ":", "dn=a"),
  );
  fc.assert(
    fc.property(fc.oneof(fc.string(), pieces.map((all) => all.join(""))), (rest) => {
      try {
        parseMagnet(`magnet:?${rest}`);
      } catch (error) {
        if (!(error instanceof MagnetSyntaxError)) throw error;
      }
    }),
    { seed: 20_270, numRuns: 3_000 },
  );
});
