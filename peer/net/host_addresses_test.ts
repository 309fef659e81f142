import assert from "node:assert/strict";
import { hostAddresses } from "./host_addresses.ts";

Deno.test("a literal is its own address, a name has those of the system, or none", async () => {
  assert.deepEqual(await hostAddresses("203.0.113.1"), ["203.0.113.1"]);
  assert.deepEqual(await hostAddresses("2001:db8::1"), ["2001:db8::1"]);
  assert.equal((await hostAddresses("localhost"))[0], "127.0.0.1");
  assert.deepEqual(await hostAddresses("nobody.invalid"), []);
});
