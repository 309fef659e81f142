import assert from "node:assert/strict";
import { addressText, addressWords } from "./address_words.ts";
import { clientAddress } from "./client_address.ts";

const weigh = (source: string, claimed: string) => {
  const { address, lanAddress } = clientAddress(addressWords(source), claimed);
  return { host: addressText(address), lanHost: lanAddress === undefined ? undefined : addressText(lanAddress) };
};

Deno.test("a claim from our own network is honoured", () => {
  assert.equal(weigh("127.0.0.1", "203.0.113.5").host, "203.0.113.5");
  assert.equal(weigh("192.168.1.5", "192.168.1.6").host, "192.168.1.6");
  assert.equal(weigh("192.168.1.5", "2001:DB8:0::1").host, "2001:db8::1");
});

Deno.test("a claim from outside is a hint for neighbours or nothing", () => {
  assert.deepEqual(weigh("203.0.113.5", "192.168.1.6"), { host: "203.0.113.5", lanHost: "192.168.1.6" });
  assert.deepEqual(weigh("203.0.113.5", "198.51.100.1"), { host: "203.0.113.5", lanHost: undefined });
});

Deno.test("what is no host is never honoured", () => {
  for (
    const claimed of ["127.0.0.1", "::1", "0.0.0.0", "255.255.255.255", "224.0.0.1", "::", "ff02::1", "a.name", ""]
  ) {
    assert.equal(weigh("192.168.1.5", claimed).host, "192.168.1.5", claimed);
  }
});
