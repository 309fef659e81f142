import assert from "node:assert/strict";
import fc from "fast-check";
import { infoHash, parseInfoHash } from "../ids.ts";
import { ProtocolError } from "../protocol_error.ts";
import { decodeLanAnnounce, encodeLanAnnounce, LAN_GROUPS, MAX_LAN_INFO_HASHES } from "./lan_announce.ts";
import { idBytes } from "./test_values.ts";

const SEED = 14;
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (text: string) => new TextEncoder().encode(text);
const anyHash = idBytes.map(infoHash);
const one = parseInfoHash("a".repeat(40));
const two = parseInfoHash("0123456789abcdef0123456789abcdef01234567");

Deno.test("lan announce: the message of BEP 14, to either group", () => {
  const announce = { port: 6881, infoHashes: [one, two], cookie: "name=value" };
  assert.equal(
    text(encodeLanAnnounce(announce, { group: LAN_GROUPS[4] })),
    "BT-SEARCH * HTTP/1.1\r\nHost: 239.192.152.143:6771\r\nPort: 6881\r\n" +
      `Infohash: ${one}\r\nInfohash: ${two}\r\ncookie: name=value\r\n\r\n\r\n`,
  );
  assert.match(text(encodeLanAnnounce(announce, { group: LAN_GROUPS[6] })), /^Host: \[ff15::efc0:988f\]:6771\r$/m);
});

Deno.test("lan announce: what is written is read again, and fits a datagram", () => {
  const announce = fc.record({
    port: fc.integer({ min: 1, max: 0xffff }),
    infoHashes: fc.uniqueArray(anyHash, { minLength: 1, maxLength: MAX_LAN_INFO_HASHES }),
    cookie: fc.stringMatching(/^[!-~]{1,64}$/),
  }, { noNullPrototype: true });
  fc.assert(
    fc.property(announce, fc.constantFrom(4 as const, 6 as const), (announce, family) => {
      const written = encodeLanAnnounce(announce, { group: LAN_GROUPS[family] });
      assert.ok(written.length <= 1_400);
      assert.deepEqual(decodeLanAnnounce(written), announce);
    }),
    { seed: SEED },
  );
});

Deno.test("lan announce: headers in any order and case, wrong ones passed over", () => {
  const message = [
    "BT-SEARCH * HTTP/1.1",
    `INFOHASH:${two.toUpperCase()}`,
    "Infohash: 1234",
    `infohash: ${two}`,
    "no header",
    `Cookie: ${"x".repeat(65)}`,
    "port:  80 ",
  ];
  for (const end of ["\n", "\r\n"]) {
    assert.deepEqual(decodeLanAnnounce(bytes(message.join(end))), { port: 80, infoHashes: [two] });
  }
});

Deno.test("lan announce: what is none is the remote's fault", () => {
  const start = "BT-SEARCH * HTTP/1.1\r\n";
  const wrong: Readonly<Record<string, string>> = {
    "": "malformed",
    "M-SEARCH * HTTP/1.1\r\n": "malformed",
    [`${start}Port: 6881\r\n\r\n`]: "malformed",
    [`${start}Infohash: ${one}\r\n\r\n`]: "malformed",
    [`${start}Port: 0\r\nInfohash: ${one}\r\n`]: "malformed",
    [`${start}Port: 65536\r\nInfohash: ${one}\r\n`]: "malformed",
    [`${start}Port: -1\r\nInfohash: ${one}\r\n`]: "malformed",
    [start.padEnd(4_097)]: "too-long",
  };
  for (const [message, code] of Object.entries(wrong)) {
    assert.throws(() => decodeLanAnnounce(bytes(message)), (error) => {
      assert.ok(error instanceof ProtocolError);
      return error.code === code;
    });
  }
});

Deno.test("lan announce: any bytes give an announce or a ProtocolError", () => {
  const start = bytes(`BT-SEARCH * HTTP/1.1\r\nPort: 1\r\nInfohash: ${one}\r\n`);
  const anything = fc.tuple(fc.boolean(), fc.uint8Array({ maxLength: 300 }));
  fc.assert(
    fc.property(anything, ([hasStart, rest]) => {
      try {
        const { port, infoHashes } = decodeLanAnnounce(hasStart ? Uint8Array.from([...start, ...rest]) : rest);
        assert.ok(port >= 1 && port <= 0xffff && infoHashes.length > 0);
      } catch (error) {
        assert.ok(error instanceof ProtocolError);
      }
    }),
    { seed: SEED },
  );
});

Deno.test("lan announce: what cannot be sent is the caller's fault", () => {
  const group = LAN_GROUPS[4];
  assert.throws(() => encodeLanAnnounce({ port: 1, infoHashes: [] }, { group }), RangeError);
  const many = Array.from({ length: MAX_LAN_INFO_HASHES + 1 }, () => one);
  assert.throws(() => encodeLanAnnounce({ port: 1, infoHashes: many }, { group }), RangeError);
  assert.throws(() => encodeLanAnnounce({ port: 0, infoHashes: [one] }, { group }), RangeError);
  assert.throws(() => encodeLanAnnounce({ port: 1, infoHashes: [one], cookie: "a\r\nb" }, { group }), RangeError);
});
