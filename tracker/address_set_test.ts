import assert from "node:assert/strict";
import { AddressSet } from "./address_set.ts";

function setOf(...texts: readonly string[]): AddressSet {
  const set = new AddressSet();
  for (const text of texts) assert.ok(set.add(text), text);
  return set;
}

Deno.test("addresses and networks of both families", () => {
  const table: readonly [network: string, inside: readonly string[], outside: readonly string[]][] = [
    ["192.0.2.7", ["192.0.2.7"], ["192.0.2.8", "2001:db8::7"]],
    ["192.0.2.0/24", ["192.0.2.0", "192.0.2.255"], ["192.0.3.0"]],
    ["192.0.2.129/25", ["192.0.2.128", "192.0.2.200"], ["192.0.2.127"]],
    ["10.0.0.0/8", ["10.255.0.1"], ["11.0.0.1"]],
    ["0.0.0.0/0", ["1.2.3.4", "255.0.0.1"], ["::1"]],
    ["2001:db8::/32", ["2001:db8::1", "2001:db8:ffff::"], ["2001:db9::1"]],
    ["2001:DB8::5", ["2001:db8::5"], ["2001:db8::6"]],
    ["::ffff:192.0.2.0/120", ["192.0.2.9"], ["192.0.3.9"]],
  ];
  for (const [network, inside, outside] of table) {
    const set = setOf(network);
    for (const host of inside) assert.ok(set.has(host), `${host} in ${network}`);
    for (const host of outside) assert.ok(!set.has(host), `${host} not in ${network}`);
  }
});

Deno.test("several at once; a name is in none; what is no address is refused", () => {
  const set = setOf("192.0.2.7", "198.51.100.0/24", "2001:db8::/32");
  assert.deepEqual(["192.0.2.7", "198.51.100.3", "2001:db8::9", "203.0.113.1", "media.home"].map((h) => set.has(h)), [
    true,
    true,
    true,
    false,
    false,
  ]);
  assert.ok(new AddressSet().isEmpty);
  for (
    const text of ["", "media.home", "1.2.3", "1.2.3.4/33", "::/129", "1.2.3.4/", "1.2.3.4/-1", "::ffff:1.2.3.4/9"]
  ) {
    assert.ok(!new AddressSet().add(text), text);
  }
});
