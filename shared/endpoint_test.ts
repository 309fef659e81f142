import assert from "node:assert/strict";
import fc from "fast-check";
import {
  decodeAddress,
  encodeAddress,
  EndpointSyntaxError,
  formatEndpoint,
  isLoopback,
  isPrivate,
  networkOf,
  parseEndpoint,
} from "./endpoint.ts";

Deno.test("endpoints are written and read, with brackets around IPv6", () => {
  assert.equal(formatEndpoint({ host: "1.2.3.4", port: 6881 }), "1.2.3.4:6881");
  assert.equal(formatEndpoint({ host: "::1", port: 6881 }), "[::1]:6881");
  assert.deepEqual(parseEndpoint("1.2.3.4:6881"), { host: "1.2.3.4", port: 6881 });
  assert.deepEqual(parseEndpoint("[2001:DB8:0:0::1]:0"), { host: "2001:db8::1", port: 0 });
  assert.deepEqual(parseEndpoint("[::ffff:1.2.3.4]:80"), { host: "1.2.3.4", port: 80 });
  assert.deepEqual(parseEndpoint("Tracker.Example:65535"), { host: "tracker.example", port: 65535 });
  assert.deepEqual(parseEndpoint("nas", { defaultPort: 6969 }), { host: "nas", port: 6969 });
  assert.deepEqual(parseEndpoint("::1", { defaultPort: 6969 }), { host: "::1", port: 6969 });
  assert.deepEqual(parseEndpoint("[::1]", { defaultPort: 6969 }), { host: "::1", port: 6969 });
});

Deno.test("what is no endpoint is refused with its offset", () => {
  const wrong: readonly (readonly [string, number])[] = [
    ["", 0],
    [":80", 0],
    ["host", 4],
    ["host:", 5],
    ["host:65536", 5],
    ["host:-1", 5],
    ["host: 1", 5],
    ["ho st:1", 0],
    ["1.2.3:1", 0],
    ["1.2.3.256:1", 0],
    ["01.2.3.4:1", 0],
    ["[::1:80", 0],
    ["[::1]80", 5],
    ["[1.2.3.4]:80", 1],
    ["[host]:80", 1],
    ["a:b:c", 0],
    ["-x:1", 0],
    [`${"a".repeat(254)}:1`, 0],
  ];
  for (const [text, offset] of wrong) {
    assert.throws(() => parseEndpoint(text), (error: unknown) => {
      assert.ok(error instanceof EndpointSyntaxError, text);
      assert.equal(error.offset, offset, `${text}: ${error.message}`);
      return true;
    });
  }
});

Deno.test("addresses have 4 or 16 bytes, and the text of RFC 5952", () => {
  assert.deepEqual(encodeAddress("1.2.3.4"), Uint8Array.of(1, 2, 3, 4));
  assert.deepEqual(encodeAddress("::ffff:1.2.3.4"), Uint8Array.of(1, 2, 3, 4));
  assert.equal(encodeAddress("name"), undefined);
  assert.equal(encodeAddress("fe80::1%eth0"), undefined);
  for (
    const wrong of ["1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4::5:6:7:8", "12345::", ":1", "1.2.3.4::"]
  ) {
    assert.equal(encodeAddress(wrong), undefined, wrong);
  }
  const canonical = (text: string) => decodeAddress(encodeAddress(text) ?? new Uint8Array(0));
  assert.equal(canonical("2001:db8:0:0:1:0:0:1"), "2001:db8::1:0:0:1", "the first of two equal runs");
  assert.equal(canonical("2001:db8:0:1:1:1:1:1"), "2001:db8:0:1:1:1:1:1", "one group is no run");
  assert.equal(canonical("2001:DB8::0001"), "2001:db8::1");
  assert.equal(canonical("1:2:3:4:5:6:7:0"), "1:2:3:4:5:6:7:0");
  assert.equal(canonical("0:0:0:0:0:0:0:0"), "::");
  assert.equal(canonical("64:ff9b::192.0.2.33"), "64:ff9b::c000:221");
  assert.throws(() => decodeAddress(new Uint8Array(5)), RangeError);
});

Deno.test("loopback and private ranges", () => {
  for (const host of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "localhost", "a.localhost"]) {
    assert.equal(isLoopback(host), true, host);
    assert.equal(isPrivate(host), false, host);
  }
  const privates = ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.0.1", "fd00::1", "fe80::1"];
  for (const host of [...privates, "::ffff:10.0.0.1"]) {
    assert.equal(isPrivate(host), true, host);
    assert.equal(isLoopback(host), false, host);
  }
  for (const host of ["8.8.8.8", "172.32.0.1", "192.169.0.1", "2001:db8::1", "::", "nas", "localhost.example"]) {
    assert.equal(isPrivate(host), false, host);
    assert.equal(isLoopback(host), false, host);
  }
});

Deno.test("property: any address comes back from its text, any text is an endpoint or refused", () => {
  const address = fc.oneof(
    fc.uint8Array({ minLength: 4, maxLength: 4 }),
    fc.array(fc.constantFrom(0, 0, 0, 1, 0xff), { minLength: 16, maxLength: 16 }).map((bytes) =>
      Uint8Array.from(bytes)
    ),
  );
  fc.assert(
    fc.property(address, fc.integer({ min: 0, max: 65_535 }), (bytes, port) => {
      const host = decodeAddress(bytes);
      const again = encodeAddress(host);
      assert.ok(again);
      assert.equal(decodeAddress(again), host);
      if (again.length === bytes.length) assert.deepEqual(again, bytes);
      assert.deepEqual(parseEndpoint(formatEndpoint({ host, port })), { host, port });
    }),
    { seed: 20_264, numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.array(fc.constantFrom(..."[]:.0aF"), { maxLength: 12 })), (input) => {
      const text = typeof input === "string" ? input : input.join("");
      try {
        const endpoint = parseEndpoint(text);
        assert.deepEqual(parseEndpoint(formatEndpoint(endpoint)), endpoint);
      } catch (error) {
        assert.ok(error instanceof EndpointSyntaxError, `${text}: ${error}`);
      }
    }),
    { seed: 20_265, numRuns: 5_000 },
  );
});

Deno.test("one customer is an IPv4 address or the /64 of an IPv6 host", () => {
  assert.equal(networkOf("203.0.113.7"), "203.0.113.7");
  assert.notEqual(networkOf("203.0.113.7"), networkOf("203.0.113.8"));
  assert.equal(networkOf("2001:db8:1:2::7"), networkOf("2001:db8:1:2:ffff::"));
  assert.notEqual(networkOf("2001:db8:1:2::7"), networkOf("2001:db8:1:3::7"));
  assert.equal(networkOf("a name"), "a name");
});
